using Wigwag.Core.Issues;

namespace Wigwag.Tests.Issues;

public sealed class ListTests : IAsyncLifetime
{
    private Town _town = null!;

    public async ValueTask InitializeAsync() => _town = await Town.Open();

    public ValueTask DisposeAsync() => _town.DisposeAsync();

    [Fact]
    public async Task The_newest_come_first_and_pages_join_without_gap_or_repeat()
    {
        var created = new List<IssueId>();
        for (var i = 0; i < 12; i++)
        {
            created.Add((await _town.Create($"Crash {i}")).IssueId);
            // Several of the same time.
            _town.World.Clock.Pass(TimeSpan.FromMilliseconds(i % 3));
        }
        var listed = new List<IssueSummary>();
        string? cursor = null;
        do
        {
            var page = await _town.List(new() { Limit = 5, Cursor = cursor });
            listed.AddRange(page.Issues);
            cursor = page.NextCursor;
            // What comes new meanwhile changes no later page.
            await _town.Create("New");
        }
        while (cursor is not null);
        Assert.Equal(created.Order(Comparer<IssueId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value))), listed.Select(i => i.IssueId).Order(Comparer<IssueId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value))));
        Assert.Equal(listed.Select(i => i.CreatedAt).OrderDescending(), listed.Select(i => i.CreatedAt));
    }

    [Fact]
    public async Task Each_filter_leaves_what_it_names()
    {
        var (a, b, c) = (await _town.Create("Crash in Parser"), await _town.Create("100% slow_down"), await _town.Create("Other"));
        await _town.World.Do(UpdateIssue.Operation, new() { IssueId = a.IssueId, AddLabels = ["bug", "a_b"] }, _town.Dave);
        await _town.World.Do(UpdateIssue.Operation, new() { IssueId = b.IssueId, AddLabels = ["bugs", "axb"] }, _town.Dave);
        await _town.Claim(b, _town.Fred);
        await _town.Close(c, _town.Fred);
        async Task<List<string>> Titles(ListIssuesRequest filter) => [.. (await _town.List(filter)).Issues.Select(issue => issue.Title)];
        Assert.Equal(["Crash in Parser"], await Titles(new() { Status = IssueStatus.Open }));
        Assert.Equal(["100% slow_down"], await Titles(new() { Assignee = _town.Fred.Agent }));
        Assert.Equal(["Other"], await Titles(new() { Status = IssueStatus.Closed }));
        Assert.Equal(["Crash in Parser"], await Titles(new() { Label = "Bug" }));
        Assert.Equal(["Crash in Parser"], await Titles(new() { Label = "a_b" }));
        Assert.Equal(["Crash in Parser"], await Titles(new() { Text = "parser" }));
        Assert.Equal(["100% slow_down"], await Titles(new() { Text = "0% S" }));
        Assert.Empty(await Titles(new() { Text = "0_ s" }));
        Assert.Empty(await Titles(new() { Text = "'; DROP TABLE issues; --" }));
        Assert.Equal(["100% slow_down"], await Titles(new() { Status = IssueStatus.InProgress, Assignee = _town.Fred.Agent, Label = "bugs", Text = "slow" }));
        Assert.Empty(await Titles(new() { Project = "beads" }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(201)]
    public async Task A_page_has_a_limit(int limit) =>
        Assert.Equal("bad_limit", (await _town.World.Refused(ListIssues.Operation, new() { Limit = limit }, _town.Dave)).Code);

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("äöü")]
    public async Task A_cursor_that_no_page_gave_is_refused(string cursor)
    {
        Assert.Equal("bad_cursor", (await _town.World.Refused(ListIssues.Operation, new() { Cursor = cursor }, _town.Dave)).Code);
        Assert.Equal("bad_cursor", (await _town.World.Refused(ListReadyIssues.Operation, new() { Cursor = cursor }, _town.Dave)).Code);
    }

    [Fact]
    public async Task Ready_is_the_most_urgent_first_then_the_oldest_over_all_pages()
    {
        int[] priorities = [2, 0, 4, 2, 1, 0, 3];
        foreach (var priority in priorities)
        {
            await _town.World.Do(CreateIssue.Operation, new() { Title = "x", Priority = priority }, _town.Dave);
            _town.World.Clock.Pass(TimeSpan.FromSeconds(1));
        }
        var ready = new List<IssueSummary>();
        string? cursor = null;
        do
        {
            var page = await _town.Ready(new() { Limit = 2, Cursor = cursor });
            ready.AddRange(page.Issues);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        Assert.Equal(ready.OrderBy(issue => issue.Priority).ThenBy(issue => issue.CreatedAt), ready);
        Assert.Equal(priorities.Length, ready.Count);
    }

    [Fact]
    public async Task Ready_leaves_out_what_is_held_or_closed()
    {
        var (a, b, c) = (await _town.Create("a"), await _town.Create("b"), await _town.Create("c"));
        await _town.Claim(a, _town.Fred);
        await _town.Close(b, _town.Fred);
        Assert.Equal(c.IssueId, Assert.Single((await _town.Ready()).Issues).IssueId);
    }
}
