using Wigwag.Core.Agents;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases;

/// <summary>How much an agent, and all agents of a project, may hold and wait for; whoever asks for more is told what to give back.</summary>
internal static class LeaseCaps
{
    private sealed record Patterns(long Mine, long MySteps, long All, long AllSteps);

    /// <summary>The refusal of these scopes, new to the agent, when it or its project would hold too much: <c>too_many_leases</c>, <c>too_many_patterns</c>.</summary>
    public static async ValueTask<Error?> Refuse(Session session, Project project, AgentId agent, IReadOnlyCollection<Scope> asked) =>
        await Held(session, project, agent, asked.Count) ?? await AtRoots(session, project, agent, asked);

    /// <summary>The refusal of so many more reservations of any kind; <c>too_many_leases</c>.</summary>
    public static async ValueTask<Error?> Held(Session session, Project project, AgentId agent, int more)
    {
        if (more == 0)
        {
            return null;
        }
        // leases_held
        var mine = await session.Scalar(
            "SELECT COUNT(*) FROM leases l WHERE l.holder = @holder AND l.project = @project AND l.kind = 'reservation' AND l.state = 'active'",
            ("holder", agent),
            ("project", project.ProjectId)) ?? 0;
        if (mine + more > LeaseLimits.MostHeld)
        {
            return Error.TooLarge(
                "too_many_leases",
                $"{agent} holds {mine} reservations in {project.Name}; an agent may hold {LeaseLimits.MostHeld}.",
                "Release what you are done with, or reserve a folder instead of its files.");
        }
        var all = await session.Scalar("SELECT held FROM lease_tokens WHERE project = @project", ("project", project.ProjectId)) ?? 0;
        return all + more <= LeaseLimits.MostHeldInProject ? null : Error.TooLarge(
            "too_many_leases",
            $"{all} reservations are held in {project.Name}; a project may have {LeaseLimits.MostHeldInProject}.",
            "Release what you are done with, or reserve folders instead of files.");
    }

    /// <summary>The refusal of one more who waits; <c>too_many_waiting</c>.</summary>
    public static async ValueTask<Error?> Waiting(Session session, ProjectId project, AgentId agent, Ticket ticket)
    {
        // lease_waits_by_project
        var waiting = await session.Query(
            "SELECT w.holder, w.ticket FROM lease_waits w WHERE w.project = @project AND w.alive_until > @now LIMIT @most",
            row => (Holder: row.Text("holder"), Ticket: row.Text("ticket")),
            ("project", project),
            ("now", session.Now),
            ("most", (long)LeaseLimits.MostWaitingInProject + 1));
        if (waiting.Exists(each => each.Ticket == ticket.Id))
        {
            return null;
        }
        var mine = waiting.Count(each => each.Holder == agent.Value);
        return mine < LeaseLimits.MostWaiting && waiting.Count < LeaseLimits.MostWaitingInProject ? null : Error.TooLarge(
            "too_many_waiting",
            mine >= LeaseLimits.MostWaiting
                ? $"{agent} waits for {mine} things in this project; an agent may wait for {LeaseLimits.MostWaiting}."
                : $"{waiting.Count} wait in this project; that is the most.",
            "End another wait first, or ask again later.");
    }

    // A pattern is compared with every path below its root, so those of one root are few, and simple.
    private static async ValueTask<Error?> AtRoots(Session session, Project project, AgentId agent, IReadOnlyCollection<Scope> asked)
    {
        foreach (var root in asked.Where(scope => !scope.Glob.IsLiteral).GroupBy(scope => scope.Root, StringComparer.Ordinal))
        {
            // leases_by_root
            var held = await session.First(
                """
                SELECT COUNT(*) AS all_patterns, COALESCE(SUM(l.steps), 0) AS all_steps,
                       COALESCE(SUM(CASE WHEN l.holder = @holder THEN 1 ELSE 0 END), 0) AS mine,
                       COALESCE(SUM(CASE WHEN l.holder = @holder THEN l.steps ELSE 0 END), 0) AS my_steps
                FROM leases l
                WHERE l.project = @project AND l.kind = 'reservation' AND l.state = 'active' AND l.root = @root AND l.expires_at + 0 > @now AND l.steps > 0
                """,
                row => new Patterns(row.Number("mine"), row.Number("my_steps"), row.Number("all_patterns"), row.Number("all_steps")),
                ("holder", agent),
                ("project", project.ProjectId),
                ("root", root.Key),
                ("now", session.Now)) ?? new(0, 0, 0, 0);
            var (more, steps) = (root.Count(), root.Sum(scope => (long)scope.Glob.Steps));
            var where = root.Key.Length == 0 ? "without a folder before their first special character" : $"below {root.Key}";
            if (held.Mine + more > LeaseLimits.MostPatternsAtRoot || held.MySteps + steps > LeaseLimits.MostStepsAtRoot)
            {
                return Error.TooLarge(
                    "too_many_patterns",
                    $"{agent} holds {held.Mine} patterns {where}; an agent may hold {LeaseLimits.MostPatternsAtRoot} there, of {LeaseLimits.MostStepsAtRoot} steps in all (about one for each character, more where braces follow each other). These would make {held.MySteps + steps}.",
                    "Reserve folders or files, name a folder before the first special character, or release patterns.");
            }
            if (held.All + more > LeaseLimits.MostPatternsAtRootInProject || held.AllSteps + steps > LeaseLimits.MostStepsAtRootInProject)
            {
                return Error.TooLarge(
                    "too_many_patterns",
                    $"{held.All} patterns {where} are held in {project.Name}; a project may have {LeaseLimits.MostPatternsAtRootInProject} there, of {LeaseLimits.MostStepsAtRootInProject} steps in all.",
                    "Reserve folders or files, or name a folder before the first special character.");
            }
        }
        return null;
    }
}
