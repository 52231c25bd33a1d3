using Wigwag.Core.Agents;
using Wigwag.Core.Feed;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Issues;

/// <summary>Two projects, vc with two clones and beads with one, and an agent in each.</summary>
internal sealed class Town : IAsyncDisposable
{
    public World World { get; } = new();

    /// <summary><c>dave/vc</c></summary>
    public Caller Dave { get; private set; } = null!;

    /// <summary><c>fred/vc</c></summary>
    public Caller Fred { get; private set; } = null!;

    /// <summary><c>main/beads</c></summary>
    public Caller Main { get; private set; } = null!;

    /// <summary>A human who speaks as no agent.</summary>
    public Caller Ann { get; private set; } = null!;

    public static async Task<Town> Open()
    {
        var town = new Town();
        town.Dave = World.As(await town.World.Register(World.Clone(World.Vc, "/src/dave/vc", "dave")));
        town.Fred = World.As(await town.World.Register(World.Clone(World.Vc, "/src/fred/vc", "fred")));
        town.Main = World.As(await town.World.Register(World.Clone(World.Beads, "/src/beads")));
        town.Ann = World.Local with { Operator = "Ann Lee <ann@example.org>", Project = town.Dave.Project };
        return town;
    }

    public Task<Issue> Create(string title = "Crash", Caller? by = null, params IssueId[] dependsOn) =>
        World.Do(CreateIssue.Operation, new() { Title = title, DependsOn = dependsOn }, by ?? Dave);

    /// <summary>The issue without the messages about it.</summary>
    public async Task<Issue> Show(Issue issue, Caller? by = null) =>
        await World.Do(ShowIssue.Operation, new() { IssueId = issue.IssueId, Comments = 0 }, by ?? Dave) with { Comments = null };

    public Task<Issue> Claim(Issue issue, Caller by) => World.Do(ClaimIssue.Operation, new() { IssueId = issue.IssueId }, by);

    public Task<Issue> Close(Issue issue, Caller by, string? reason = null) =>
        World.Do(CloseIssue.Operation, new() { IssueId = issue.IssueId, Reason = reason }, by);

    public Task<Issue> Reopen(Issue issue, Caller by, string? reason = null) =>
        World.Do(ReopenIssue.Operation, new() { IssueId = issue.IssueId, Reason = reason }, by);

    public Task<Issue> Depend(Issue issue, Issue dependsOn, Caller? by = null) =>
        World.Do(DependIssue.Operation, new() { IssueId = issue.IssueId, DependsOn = dependsOn.IssueId }, by ?? Dave);

    public Task<IssuePage> List(ListIssuesRequest? filter = null, Caller? by = null) => World.Do(ListIssues.Operation, filter ?? new(), by ?? Dave);

    public Task<IssuePage> Ready(ListReadyIssuesRequest? page = null, Caller? by = null) => World.Do(ListReadyIssues.Operation, page ?? new(), by ?? Dave);

    /// <summary>The facts about issues so far, oldest first.</summary>
    public async Task<List<Event>> Facts() =>
        [.. (await World.Events()).Where(fact => fact.Kind.StartsWith("issue.", StringComparison.Ordinal))];

    public ValueTask DisposeAsync() => World.DisposeAsync();
}
