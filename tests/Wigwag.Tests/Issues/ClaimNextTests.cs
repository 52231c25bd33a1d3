using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Tests.Agents;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Issues;

public sealed class ClaimNextTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private Town _town = null!;

    public async ValueTask InitializeAsync() => _town = await Town.Open();

    public ValueTask DisposeAsync() => _town.DisposeAsync();

    private Task<Issue> Next(Caller by, ClaimNextIssueRequest? asked = null) => _town.World.Do(ClaimNextIssue.Operation, asked ?? new(), by);

    private Task<Error> Nothing(Caller by, ClaimNextIssueRequest? asked = null) => _town.World.Refused(ClaimNextIssue.Operation, asked ?? new(), by);

    private async Task<Issue> Create(string title, int priority, params string[] labels)
    {
        _town.World.Clock.Pass(TimeSpan.FromMilliseconds(1));
        return await _town.World.Do(CreateIssue.Operation, new() { Title = title, Priority = priority, Labels = labels }, _town.Dave);
    }

    [Fact]
    public async Task It_is_the_first_of_those_that_are_ready()
    {
        foreach (var priority in new[] { 2, 0, 4, 2, 1, 0, 3 })
        {
            await Create($"{priority}", priority);
        }
        var ready = (await _town.Ready()).Issues.Select(issue => issue.IssueId).ToList();
        var claimed = new List<IssueId>();
        for (var i = 0; i < ready.Count; i++)
        {
            var issue = await Next(_town.Fred);
            Assert.Equal((IssueStatus.InProgress, _town.Fred.Agent, true), (issue.Status, issue.Assignee, issue.ClaimToken > 0));
            claimed.Add(issue.IssueId);
        }
        Assert.Equal(7, ready.Count);
        Assert.Equal(ready, claimed);
    }

    [Fact]
    public async Task What_is_held_closed_or_waits_for_an_open_issue_is_left_out()
    {
        var (held, closed, blocker, waiting) = (await Create("held", 0), await Create("closed", 0), await Create("blocker", 1), await Create("waiting", 0));
        await _town.Claim(held, _town.Dave);
        await _town.Close(closed, _town.Dave);
        await _town.Depend(waiting, blocker);
        Assert.Equal(blocker.IssueId, (await Next(_town.Fred)).IssueId);
        Assert.Equal(ClaimNextIssue.Nothing, (await Nothing(_town.Fred)).Code);
        await _town.Close(blocker, _town.Fred);
        Assert.Equal(waiting.IssueId, (await Next(_town.Fred)).IssueId);
    }

    [Fact]
    public async Task Who_finds_nothing_is_told_so_and_what_to_do()
    {
        var nothing = await Nothing(_town.Main, new() { Project = "vc", Label = "parser" });
        Assert.Equal((ErrorKind.NotFound, "nothing_ready"), (nothing.Kind, nothing.Code));
        Assert.Equal("No issue of vc with the label parser is free to work on: each that is not closed is held, or waits for one that is open.", nothing.Message);
        Assert.Contains("--wait", nothing.Next, StringComparison.Ordinal);
        Assert.Equal("agent_required", (await Nothing(_town.Ann)).Code);
        Assert.Equal("unknown_project", (await Nothing(_town.Dave, new() { Project = "nowhere" })).Code);
    }

    [Fact]
    public async Task A_label_leaves_only_what_has_it()
    {
        await Create("other", 0, "parsers");
        var parser = await Create("parser", 3, "bug", "parser");
        Assert.Equal([parser.IssueId], (await _town.Ready(new() { Label = "parser" })).Issues.Select(issue => issue.IssueId));
        Assert.Equal(parser.IssueId, (await Next(_town.Fred, new() { Label = "Parser" })).IssueId);
        Assert.Equal(ClaimNextIssue.Nothing, (await Nothing(_town.Fred, new() { Label = "parser" })).Code);
    }

    [Fact]
    public async Task A_repeat_with_the_same_key_gives_the_same_issue()
    {
        await Create("one", 2);
        await Create("two", 2);
        async Task<IssueId> Keyed(string key) =>
            (await _town.World.Dispatcher.Run(ClaimNextIssue.Operation, new ClaimNextIssueRequest(), _town.Fred, key, World.Stop)).Value.IssueId;
        var first = await Keyed("a");
        Assert.Equal(first, await Keyed("a"));
        Assert.NotEqual(first, await Keyed("b"));
        Assert.Equal(2, (await _town.Facts()).Count(fact => fact.Kind == "issue.claimed"));
    }

    [Fact]
    public async Task The_issue_of_one_who_said_goodbye_is_taken_over_in_its_turn()
    {
        var (urgent, left, later) = (await Create("urgent", 0), await Create("left", 1), await Create("later", 2));
        await _town.Claim(left, _town.Dave);
        await _town.World.Do(Goodbye.Operation, new(), _town.Dave);
        var claimed = new List<IssueId>();
        for (var i = 0; i < 3; i++)
        {
            claimed.Add((await Next(_town.Fred)).IssueId);
        }
        Assert.Equal([urgent.IssueId, left.IssueId, later.IssueId], claimed);
        // Its own it does not take over from itself.
        Assert.Equal(ClaimNextIssue.Nothing, (await Nothing(_town.Fred)).Code);
    }

    [Fact]
    public async Task The_issue_of_one_who_fell_silent_is_taken_over_after_ten_minutes_and_not_before()
    {
        var issue = await _town.Create();
        await _town.Claim(issue, _town.Fred);
        _town.World.Clock.Pass(Signs.StaleAfter - TimeSpan.FromSeconds(1));
        Assert.Equal(ClaimNextIssue.Nothing, (await Nothing(_town.Dave)).Code);
        _town.World.Clock.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(_town.Dave.Agent, (await Next(_town.Dave)).Assignee);
        Assert.Equal("claim_lost", (await _town.World.Refused(CloseIssue.Operation, new() { IssueId = issue.IssueId }, _town.Fred)).Code);
    }

    [Fact]
    public async Task Of_those_who_wait_each_gets_what_comes_and_the_last_is_told_when_its_time_is_over()
    {
        var waiting = new[] { _town.Dave, _town.Fred }.Select(by => _town.World.Run(ClaimNextIssue.Operation, new() { WaitSeconds = 60 }, by)).ToList();
        await Task.Delay(50, World.Stop);
        Assert.All(waiting, each => Assert.False(each.IsCompleted));
        var issue = await _town.Create(by: _town.Ann);
        var first = await Task.WhenAny(waiting).WaitAsync(Long, World.Stop);
        Assert.Equal(issue.IssueId, (await first).Value.IssueId);
        waiting.Remove(first);
        _town.World.Clock.Pass(TimeSpan.FromSeconds(60));
        await _town.Create("wakes", by: _town.Main); // of another project
        Assert.Equal(ClaimNextIssue.Nothing, (await waiting[0].WaitAsync(Long, World.Stop)).Error?.Code);
    }

    /// <summary>On PostgreSQL through two servers.</summary>
    [Fact]
    public async Task Of_many_who_ask_at_once_each_gets_another_and_none_is_left()
    {
        const int Workers = 32;
        const int Issues = 96;
        Dispatcher[] servers = [_town.World.Dispatcher, _town.World.Another()];
        var workers = new List<Caller>();
        for (var i = 0; i < Workers; i++)
        {
            workers.Add(World.As(await _town.World.Register(World.Clone(World.Vc, $"/src/w{i}/vc", $"w{i}"))));
        }
        for (var i = 0; i < Issues; i++)
        {
            await Create($"{i}", i % 5);
        }
        var ready = (await _town.Ready(new() { Limit = 200 })).Issues.Select(issue => issue.IssueId).ToList();

        var claimed = (await Task.WhenAll(workers.Select((by, i) => Task.Run(() => Work(servers[i % servers.Length], by))))).SelectMany(each => each).ToList();

        Assert.Equal(ready.Order(ById), claimed.Select(issue => issue.IssueId).Order(ById));
        Assert.Equal(Issues, claimed.Select(issue => issue.ClaimToken).Distinct().Count());
        var held = (await _town.List(new() { Status = IssueStatus.InProgress, Limit = 200 })).Issues.ToDictionary(issue => issue.IssueId, issue => issue.Assignee);
        Assert.All(claimed, issue => Assert.Equal(issue.Assignee, held[issue.IssueId]));
        // In their order, whoever got them.
        Assert.Equal(ready, claimed.OrderBy(issue => issue.ClaimToken).Select(issue => issue.IssueId));

        static async Task<List<Issue>> Work(Dispatcher server, Caller by)
        {
            var got = new List<Issue>();
            while (true)
            {
                var result = await server.Run(ClaimNextIssue.Operation, new ClaimNextIssueRequest(), by, Guid.NewGuid().ToString(), World.Stop);
                if (!result.Try(out var issue, out var error))
                {
                    Assert.Equal(ClaimNextIssue.Nothing, error.Code);
                    return got;
                }
                got.Add(issue);
            }
        }
    }

    [Fact]
    public async Task One_that_another_is_changing_is_passed_over_and_not_waited_for()
    {
        Assert.SkipUnless(TestEngine.IsPostgres, "On SQLite no two change anything at a time.");
        var (first, second) = (await Create("first", 0), await Create("second", 1));
        var isHeld = new TaskCompletionSource();
        var isDone = new TaskCompletionSource();
        var changing = _town.World.Another().Store.Write<Issue>(
            _town.Dave,
            async (session, _) =>
            {
                var held = await IssueBook.Hold(session, first.IssueId);
                isHeld.SetResult();
                await isDone.Task;
                return held;
            },
            World.Stop).AsTask();
        await isHeld.Task;
        try
        {
            Assert.Equal(second.IssueId, (await Next(_town.Fred).WaitAsync(Long, World.Stop)).IssueId);
            // There is no other: that one is waited for.
            var waits = Next(_town.Fred);
            isDone.SetResult();
            Assert.Equal(first.IssueId, (await waits.WaitAsync(Long, World.Stop)).IssueId);
        }
        finally
        {
            isDone.TrySetResult();
            await changing;
        }
    }

    private static Comparer<IssueId> ById { get; } = Comparer<IssueId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value));
}
