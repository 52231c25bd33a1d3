using FsCheck;
using FsCheck.Fluent;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Tests.Issues;

/// <summary>
/// Whatever agents do, in whatever order: the tables say what a simple model says and what the log alone tells, dependencies form no
/// cycle, and nothing is ready that is blocked, held or closed.
/// </summary>
public sealed class IssueProperties
{
    private enum Act
    {
        Create,
        Update,
        Claim,
        ClaimNext,
        Unclaim,
        Close,
        Reopen,
        Depend,
        Undepend,
    }

    /// <param name="What">The act.</param>
    /// <param name="Who">Which of the three agents.</param>
    /// <param name="One">Which issue, of those there are.</param>
    /// <param name="Other">Which other issue.</param>
    private sealed record Step(Act What, int Who, int One, int Other);

    [Fact]
    public async Task Every_history_keeps_the_rules()
    {
        var steps = from what in Gen.Frequency(
                        (3, Gen.Constant(Act.Create)),
                        (1, Gen.Constant(Act.Update)),
                        (3, Gen.Constant(Act.Claim)),
                        (2, Gen.Constant(Act.ClaimNext)),
                        (2, Gen.Constant(Act.Unclaim)),
                        (3, Gen.Constant(Act.Close)),
                        (2, Gen.Constant(Act.Reopen)),
                        (8, Gen.Constant(Act.Depend)),
                        (2, Gen.Constant(Act.Undepend)))
                    from who in Gen.Choose(0, 2)
                    from one in Gen.Choose(0, 1000)
                    from other in Gen.Choose(0, 1000)
                    select new Step(what, who, one, other);
        // Async is not for FsCheck's runner: the histories are drawn by it and played here. The seed is the test's own name of the failure.
        var seed = (ulong)Random.Shared.NextInt64();
        foreach (var history in steps.ArrayOf(50).Sample(8, new Rnd(seed), 50))
        {
            await Play(history, seed);
        }
    }

    private static async Task Play(Step[] history, ulong seed)
    {
        await using var town = await Town.Open();
        Caller[] agents = [town.Dave, town.Fred, town.Main];
        var model = new Model();
        foreach (var step in history)
        {
            var caller = agents[step.Who];
            if (step.What == Act.Create || model.Issues.Count == 0)
            {
                model.Created(await town.Create("x", caller));
                continue;
            }
            var one = model.Pick(step.One);
            var other = model.Pick(step.Other);
            if (step.What == Act.ClaimNext)
            {
                one = model.Next(caller.Project!.Value) ?? default;
            }
            var expected = model.Do(step.What, caller.Agent!.Value.Value, one, other);
            var actual = await Do(town, step.What, caller, one, other);
            Assert.True(expected == actual, $"seed {seed}: {step.What} {one} {other}: expected {expected ?? "success"}, was {actual ?? "success"}");
        }
        await Compare(town, model, seed);
    }

    private static async Task<string?> Do(Town town, Act what, Caller caller, IssueId one, IssueId other) => what switch
    {
        Act.Update => (await town.World.Run(UpdateIssue.Operation, new() { IssueId = one, Title = $"x {other}", AddLabels = [other.Value] }, caller)).Error?.Code,
        Act.Claim => (await town.World.Run(ClaimIssue.Operation, new() { IssueId = one }, caller)).Error?.Code,
        Act.ClaimNext => await Next(town, caller, one),
        Act.Unclaim => (await town.World.Run(UnclaimIssue.Operation, new() { IssueId = one }, caller)).Error?.Code,
        Act.Close => (await town.World.Run(CloseIssue.Operation, new() { IssueId = one, Reason = "done" }, caller)).Error?.Code,
        Act.Reopen => (await town.World.Run(ReopenIssue.Operation, new() { IssueId = one }, caller)).Error?.Code,
        Act.Depend => (await town.World.Run(DependIssue.Operation, new() { IssueId = one, DependsOn = other }, caller)).Error?.Code,
        _ => (await town.World.Run(UndependIssue.Operation, new() { IssueId = one, DependsOn = other }, caller)).Error?.Code,
    };

    private static async Task<string?> Next(Town town, Caller caller, IssueId expected)
    {
        var result = await town.World.Run(ClaimNextIssue.Operation, new(), caller);
        return result.Error?.Code ?? (result.Value.IssueId == expected ? null : $"{result.Value.IssueId} instead of {expected}");
    }

    private static async Task Compare(Town town, Model model, ulong seed)
    {
        var told = IssueFold.Of(await town.Facts());
        Assert.Equal(model.Issues.Count, told.Count);
        foreach (var (id, known) in model.Issues)
        {
            var shown = await town.Show(told[id]);
            Assert.Equal((seed, known.Status, known.Holder), (seed, shown.Status, shown.Assignee?.Value));
            Assert.Equal(known.DependsOn.Select(on => on.Value).Order(StringComparer.Ordinal), shown.DependsOn.Select(on => on.Value));
            Assert.Equal(model.IsBlocked(id), shown.Blocked);
            Assert.Equivalent(shown, told[id], strict: true);
        }
        foreach (var agent in new[] { town.Dave, town.Main })
        {
            var ready = (await town.Ready(new() { Limit = 200 }, agent)).Issues;
            Assert.Equal(
                told.Values.Where(issue => issue.Project == agent.Project && issue is { Status: IssueStatus.Open, Blocked: false })
                    .OrderBy(issue => issue.Priority).ThenBy(issue => issue.CreatedAt).ThenBy(issue => issue.IssueId.Value, StringComparer.Ordinal)
                    .Select(issue => issue.IssueId),
                ready.Select(issue => issue.IssueId));
        }
    }

    /// <summary>What issues do, in a few lines; every answer is the code of the refusal, or null.</summary>
    private sealed class Model
    {
        private readonly List<IssueId> _order = [];

        internal sealed class Known
        {
            public IssueStatus Status { get; set; }

            public required ProjectId Project { get; init; }

            public string? Holder { get; set; }

            public HashSet<IssueId> DependsOn { get; } = [];
        }

        public Dictionary<IssueId, Known> Issues { get; } = [];

        public IssueId Pick(int number) => _order[number % _order.Count];

        public void Created(Issue issue)
        {
            Issues.Add(issue.IssueId, new() { Project = issue.Project });
            _order.Add(issue.IssueId);
        }

        // All have one priority and one time.
        public IssueId? Next(ProjectId project) => Issues
            .Where(each => each.Value.Project == project && each.Value.Status == IssueStatus.Open && !IsBlocked(each.Key))
            .OrderBy(each => each.Key.Value, StringComparer.Ordinal)
            .Select(each => (IssueId?)each.Key)
            .FirstOrDefault();

        public bool IsBlocked(IssueId id) => Issues[id].DependsOn.Any(on => Issues[on].Status != IssueStatus.Closed);

        public string? Do(Act what, string who, IssueId one, IssueId other)
        {
            if (one == default)
            {
                return ClaimNextIssue.Nothing;
            }
            var issue = Issues[one];
            switch (what)
            {
                case Act.Claim or Act.Unclaim when issue.Status == IssueStatus.Closed:
                    return "already_closed";
                case Act.Claim when issue.Holder is not null && issue.Holder != who:
                    return "already_claimed";
                case Act.Claim or Act.ClaimNext:
                    (issue.Status, issue.Holder) = (IssueStatus.InProgress, who);
                    return null;
                case Act.Unclaim when issue.Holder is not null && issue.Holder != who:
                    return "claimed_by_another";
                case Act.Unclaim:
                    (issue.Status, issue.Holder) = (IssueStatus.Open, null);
                    return null;
                case Act.Close when issue.Status == IssueStatus.Closed:
                    return "already_closed";
                case Act.Close:
                    issue.Status = IssueStatus.Closed;
                    return null;
                case Act.Reopen when issue.Status != IssueStatus.Closed:
                    return "already_open";
                case Act.Reopen:
                    (issue.Status, issue.Holder) = (IssueStatus.Open, null);
                    return null;
                case Act.Depend when Reaches(other, one):
                    return "dependency_cycle";
                case Act.Depend:
                    issue.DependsOn.Add(other);
                    return null;
                case Act.Undepend:
                    issue.DependsOn.Remove(other);
                    return null;
                default:
                    return null;
            }
        }

        private bool Reaches(IssueId from, IssueId to) => from == to || Issues[from].DependsOn.Any(on => Reaches(on, to));
    }
}
