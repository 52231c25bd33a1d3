using System.Collections.Concurrent;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Issues;

public sealed class IssueTests : IAsyncLifetime
{
    private Town _town = null!;

    public async ValueTask InitializeAsync() => _town = await Town.Open();

    public ValueTask DisposeAsync() => _town.DisposeAsync();

    [Fact]
    public async Task An_id_that_is_taken_is_given_to_no_other_issue_of_any_project()
    {
        var issue = await _town.Create();
        foreach (var project in new[] { issue.Project, _town.Main.Project!.Value })
        {
            var again = await _town.World.Dispatcher.Store.Write<Issue>(
                _town.Dave,
                async (session, _) => await IssueRows.Add(session, issue with { Project = project, Title = "other" }) ? issue : Error.Conflict("taken", "It is taken.", "Take another."),
                World.Stop);
            Assert.Equal("taken", again.Error?.Code);
        }
        Assert.Equivalent(issue, await _town.Show(issue), strict: true);
    }

    [Fact]
    public async Task A_new_issue_is_open_and_says_who_reported_it()
    {
        var issue = await _town.World.Do(
            CreateIssue.Operation,
            new() { Title = " Crash on\nempty files ", Body = "Trace:\n\tat Parse", Priority = 1, Labels = ["Parser", "bug", "parser"] },
            _town.Dave);

        Assert.Matches("^vc-[0-9a-z]{4}$", issue.IssueId.Value);
        Assert.Equal(("Crash on empty files", "Trace:\n\tat Parse", IssueStatus.Open, 1), (issue.Title, issue.Body, issue.Status, issue.Priority));
        Assert.Equal(["bug", "parser"], issue.Labels);
        Assert.Equal(("dave/vc", "Ann Lee <ann@example.org>"), (issue.CreatedBy?.Value, issue.Operator));
        Assert.Equal((false, null, null), (issue.Blocked, issue.Assignee, issue.ClosedAt));
        Assert.Equivalent(issue, await _town.Show(issue), strict: true);
    }

    [Fact]
    public async Task An_issue_can_be_reported_to_another_project()
    {
        var issue = await _town.World.Do(CreateIssue.Operation, new() { Title = "Crash", Project = "beads" }, _town.Dave);
        Assert.Matches("^beads-[0-9a-z]{4}$", issue.IssueId.Value);
        Assert.Equal("github.com/steveyegge/beads", issue.Project.Value);
    }

    [Theory]
    [InlineData("", null, null, null, "bad_title")]
    [InlineData("\u001b[31m\u200b", null, null, null, "bad_title")]
    [InlineData("ok", 5, null, null, "bad_priority")]
    [InlineData("ok", -1, null, null, "bad_priority")]
    [InlineData("ok", null, "two words", null, "bad_label")]
    [InlineData("ok", null, "", null, "bad_label")]
    [InlineData("ok", null, null, "a\0b", "bad_text")]
    public async Task What_no_issue_can_hold_is_refused(string title, int? priority, string? label, string? body, string code)
    {
        var refused = await _town.World.Refused(
            CreateIssue.Operation,
            new() { Title = title, Priority = priority, Labels = label is null ? null : [label], Body = body },
            _town.Dave);
        Assert.Equal(code, refused.Code);
    }

    [Fact]
    public async Task Sizes_have_limits_and_the_limits_themselves_are_allowed()
    {
        async Task<string> Refusal(CreateIssueRequest request) => (await _town.World.Refused(CreateIssue.Operation, request, _town.Dave)).Code;
        Assert.Equal("bad_title", await Refusal(new() { Title = new('x', 501) }));
        Assert.Equal("body_too_large", await Refusal(new() { Title = "x", Body = new('x', (256 * 1024) + 1) }));
        Assert.Equal("bad_label", await Refusal(new() { Title = "x", Labels = [new('x', 51)] }));
        Assert.Equal("too_many_labels", await Refusal(new() { Title = "x", Labels = [.. Enumerable.Range(0, 21).Select(i => $"l{i}")] }));
        Assert.Equal("unknown_issue", await Refusal(new() { Title = "x", DependsOn = [IssueId.Parse("vc-zzzzz")] }));
        var most = await _town.World.Do(
            CreateIssue.Operation,
            new() { Title = new('x', 500), Body = new('x', 256 * 1024), Labels = [.. Enumerable.Range(0, 20).Select(i => $"l{i}")] },
            _town.Dave);
        Assert.Equal(20, most.Labels.Count);
    }

    [Fact]
    public async Task An_update_changes_what_it_names_and_nothing_else()
    {
        var issue = await _town.World.Do(CreateIssue.Operation, new() { Title = "Crash", Body = "b", Labels = ["bug"] }, _town.Dave);
        _town.World.Clock.Pass(TimeSpan.FromMinutes(1));
        var updated = await _town.World.Do(
            UpdateIssue.Operation,
            new() { IssueId = issue.IssueId, Priority = 0, AddLabels = ["needs-repro"], RemoveLabels = ["bug", "never-had"] },
            _town.Fred);
        Assert.Equivalent(issue with { Priority = 0, Labels = ["needs-repro"], UpdatedAt = issue.UpdatedAt.AddMinutes(1) }, updated, strict: true);
    }

    [Fact]
    public async Task An_update_that_changes_nothing_states_no_fact()
    {
        var issue = await _town.Create();
        await _town.World.Do(UpdateIssue.Operation, new() { IssueId = issue.IssueId, Title = issue.Title, RemoveLabels = ["bug"] }, _town.Fred);
        Assert.Equal(["issue.created"], (await _town.Facts()).Select(fact => fact.Kind));
        Assert.Equal("nothing_to_update", (await _town.World.Refused(UpdateIssue.Operation, new() { IssueId = issue.IssueId }, _town.Fred)).Code);
    }

    [Fact]
    public async Task An_issue_out_of_reach_is_as_unknown_as_one_that_does_not_exist()
    {
        var issue = await _town.Create();
        var elsewhere = _town.Main with { Projects = new HashSet<Core.Projects.ProjectId> { _town.Main.Project!.Value } };
        foreach (var id in new[] { issue.IssueId, IssueId.Parse("vc-zzzzz") })
        {
            var refusals = new[]
            {
                await _town.World.Refused(ShowIssue.Operation, new() { IssueId = id }, elsewhere),
                await _town.World.Refused(UpdateIssue.Operation, new() { IssueId = id, Priority = 0 }, elsewhere),
                await _town.World.Refused(ClaimIssue.Operation, new() { IssueId = id }, elsewhere),
                await _town.World.Refused(UnclaimIssue.Operation, new() { IssueId = id }, elsewhere),
                await _town.World.Refused(CloseIssue.Operation, new() { IssueId = id }, elsewhere),
                await _town.World.Refused(ReopenIssue.Operation, new() { IssueId = id }, elsewhere),
                await _town.World.Refused(CommentIssue.Operation, new() { IssueId = id, Body = "?" }, elsewhere),
                await _town.World.Refused(DependIssue.Operation, new() { IssueId = id, DependsOn = id }, elsewhere),
                await _town.World.Refused(UndependIssue.Operation, new() { IssueId = id, DependsOn = id }, elsewhere),
            };
            Assert.All(refusals, refused => Assert.Equal(("unknown_issue", $"There is no issue {id}."), (refused.Code, refused.Message)));
        }
    }

    [Fact]
    public async Task Ids_grow_with_the_project_and_never_repeat()
    {
        var ids = new ConcurrentBag<IssueId> { (await _town.Create()).IssueId };
        Assert.Equal(4, Length(ids.Single()));
        // About counted: the first ten additions of four that change the length are among the first 200 but for once in 10^12.
        await Parallel.ForAsync(0, 340, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => ids.Add((await _town.Create($"Crash {i}")).IssueId));
        var last = (await _town.Create()).IssueId;
        Assert.InRange(Length(last), 5, 6);
        Assert.InRange(ids.Count(id => Length(id) == 4), 10, 200);
        Assert.Equal(342, ids.Append(last).Distinct().Count());
        Assert.Equal(4, Length((await _town.Create(by: _town.Main)).IssueId));

        static int Length(IssueId id) => id.Value.Length - id.Value.LastIndexOf('-') - 1;
    }
}
