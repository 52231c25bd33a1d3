using Wigwag.Core.Issues;

namespace Wigwag.Tests.Issues;

public sealed class DependencyTests : IAsyncLifetime
{
    private Town _town = null!;

    public async ValueTask InitializeAsync() => _town = await Town.Open();

    public ValueTask DisposeAsync() => _town.DisposeAsync();

    [Fact]
    public async Task An_issue_waits_for_one_of_another_project_until_that_is_closed()
    {
        var bug = await _town.Create("Crash", _town.Main);
        var feature = await _town.Create("Feature", _town.Dave, bug.IssueId);
        Assert.True(feature.Blocked);
        Assert.Equal([bug.IssueId], feature.DependsOn);
        Assert.Equal([feature.IssueId], (await _town.Show(bug)).Blocks);
        Assert.Empty((await _town.Ready()).Issues);
        await _town.Close(bug, _town.Main);
        Assert.False((await _town.Show(feature)).Blocked);
        Assert.Equal(feature.IssueId, Assert.Single((await _town.Ready()).Issues).IssueId);
        Assert.Contains("dave/vc", (await _town.Facts()).Single(fact => fact.Kind == "issue.closed").Audience);
    }

    [Fact]
    public async Task A_cycle_is_refused_and_named()
    {
        var a = await _town.Create("a");
        var b = await _town.Create("b", _town.Main);
        var c = await _town.Create("c");
        await _town.Depend(a, b);
        await _town.Depend(b, c);
        var refused = await _town.World.Refused(DependIssue.Operation, new() { IssueId = c.IssueId, DependsOn = a.IssueId }, _town.Dave);
        Assert.Equal("dependency_cycle", refused.Code);
        Assert.Contains($"{c.IssueId} → {a.IssueId} → {b.IssueId} → {c.IssueId}", refused.Message, StringComparison.Ordinal);
        Assert.Empty((await _town.Show(c)).DependsOn);
    }

    [Fact]
    public async Task An_issue_cannot_wait_for_itself()
    {
        var a = await _town.Create();
        var refused = await _town.World.Refused(DependIssue.Operation, new() { IssueId = a.IssueId, DependsOn = a.IssueId }, _town.Dave);
        Assert.Contains($"{a.IssueId} → {a.IssueId}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dependency_is_made_and_removed_once()
    {
        var (a, b) = (await _town.Create("a"), await _town.Create("b"));
        await _town.Depend(a, b);
        await _town.Depend(a, b);
        for (var i = 0; i < 2; i++)
        {
            Assert.False((await _town.World.Do(UndependIssue.Operation, new() { IssueId = a.IssueId, DependsOn = b.IssueId }, _town.Dave)).Blocked);
        }
        Assert.Equal(
            ["issue.created", "issue.created", "issue.dependency_added", "issue.dependency_removed"],
            (await _town.Facts()).Select(fact => fact.Kind));
    }

    [Fact]
    public async Task Issues_of_projects_out_of_reach_are_not_named()
    {
        var hidden = await _town.Create("Secret", _town.Main);
        var seen = await _town.Create("Feature", _town.Dave, hidden.IssueId);
        var narrow = _town.Dave with { Projects = new HashSet<Core.Projects.ProjectId> { _town.Dave.Project!.Value } };
        var shown = await _town.Show(seen, narrow);
        Assert.True(shown.Blocked);
        Assert.Empty(shown.DependsOn);
        Assert.Equal(
            "unknown_issue",
            (await _town.World.Refused(DependIssue.Operation, new() { IssueId = seen.IssueId, DependsOn = hidden.IssueId }, narrow)).Code);
    }

    [Fact]
    public async Task A_refused_dependency_leaves_no_issue_behind()
    {
        var refused = await _town.World.Refused(
            CreateIssue.Operation, new() { Title = "x", DependsOn = [(await _town.Create()).IssueId, IssueId.Parse("vc-zzzzz")] }, _town.Dave);
        Assert.Equal("unknown_issue", refused.Code);
        Assert.Single((await _town.List()).Issues);
    }
}
