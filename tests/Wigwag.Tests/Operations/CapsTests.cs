using System.Reflection;
using Wigwag.Core.Agents;
using Wigwag.Core.Keys;
using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Slots;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Tests.Agents;
using Wigwag.Tests.Leases;

namespace Wigwag.Tests.Operations;

/// <summary>What a key, an agent and a project may keep has an end each, and whoever comes to it is told what to give back.</summary>
public sealed class CapsTests
{
    private static readonly Caller Operator = new() { Credential = "k_oneoperator", Role = Role.Operator, Operator = "Ann Lee <ann@example.org>" };

    /// <summary>One limit: how a store is filled up to it, what then asks for one more, and what that is refused with.</summary>
    private sealed record Cap(string Code, Func<Yard, Session, ValueTask> Fill, Func<Yard, Task<Error?>> More);

    private static readonly Dictionary<string, Cap> Caps = new()
    {
        ["LeaseLimits.MostHeld"] = new("too_many_leases", (yard, session) => Hold(yard, session, LeaseLimits.MostHeld), yard => Reserve(yard, "free/one")),
        ["LeaseLimits.MostHeldInProject"] = new(
            "too_many_leases",
            async (yard, session) => await session.Execute("INSERT INTO lease_tokens (project, token, held) VALUES (@p, 1, @most)", ("p", Vc(yard)), ("most", LeaseLimits.MostHeldInProject)),
            yard => Reserve(yard, "free/one")),
        ["LeaseLimits.MostPatternsAtRoot"] = new("too_many_patterns", (yard, session) => Patterns(yard, session, LeaseLimits.MostPatternsAtRoot, 1, "dave/vc"), yard => Reserve(yard, "lib/*.one")),
        ["LeaseLimits.MostPatternsAtRootInProject"] = new("too_many_patterns", (yard, session) => Patterns(yard, session, LeaseLimits.MostPatternsAtRootInProject, 1, "gina/vc"), yard => Reserve(yard, "lib/*.one")),
        ["LeaseLimits.MostStepsAtRoot"] = new("too_many_patterns", (yard, session) => Patterns(yard, session, 1, LeaseLimits.MostStepsAtRoot, "dave/vc"), yard => Reserve(yard, "lib/*.one")),
        ["LeaseLimits.MostStepsAtRootInProject"] = new("too_many_patterns", (yard, session) => Patterns(yard, session, 1, LeaseLimits.MostStepsAtRootInProject, "gina/vc"), yard => Reserve(yard, "lib/*.one")),
        ["LeaseLimits.MostWaiting"] = new("too_many_waiting", (yard, session) => Wait(yard, session, LeaseLimits.MostWaiting, "dave/vc"), WaitForTaken),
        ["LeaseLimits.MostWaitingInProject"] = new("too_many_waiting", (yard, session) => Wait(yard, session, LeaseLimits.MostWaitingInProject, "gina/vc"), WaitForTaken),
        ["KeptLimits.ProjectsOfKey"] = new(
            "too_many_projects",
            (_, session) => session.Execute(
                Numbers + "INSERT INTO projects (project, name, tracker, created_at, opened_by) SELECT 'example.org/p' || CAST(n AS TEXT), 'p' || CAST(n AS TEXT), 'built-in', 0, @by FROM numbers",
                ("count", KeptLimits.ProjectsOfKey), ("by", Operator.Credential)),
            async yard => (await yard.World.Run(RegisterProject.Operation, new() { Project = "https://example.org/one/more" }, Operator)).Error),
        ["KeptLimits.AgentsOfKey"] = new("too_many_agents", (yard, session) => Agents(yard, session, KeptLimits.AgentsOfKey, "example.org/elsewhere"), RegisterOne),
        ["KeptLimits.AgentsOfProject"] = new("too_many_agents", (yard, session) => Agents(yard, session, KeptLimits.AgentsOfProject, Vc(yard), by: "others"), RegisterOne),
        ["KeptLimits.KeysOfKey"] = new(
            "too_many_keys",
            (_, session) => session.Execute(
                Numbers + "INSERT INTO keys (key_id, name, role, hash, created_at, created_by) SELECT 'k_' || CAST(n AS TEXT), 'x', 'reader', 'x', 0, @by FROM numbers",
                ("count", KeptLimits.KeysOfKey), ("by", Operator.Credential)),
            async yard => (await yard.World.Run(CreateKey.Operation, new() { Name = "one more", Role = Role.Reader }, Operator)).Error),
        ["KeptLimits.SlotsOfProject"] = new(
            "too_many_slots",
            (yard, session) => session.Execute(
                Numbers + "INSERT INTO slots (project, slot, capacity) SELECT @p, 's' || CAST(n AS TEXT), 1 FROM numbers", ("count", KeptLimits.SlotsOfProject), ("p", Vc(yard))),
            async yard => (await yard.World.Run(DefineSlot.Operation, new() { Slot = "onemore", Capacity = 1 }, yard.Dave)).Error),
        ["KeptLimits.NamesOfProject"] = new(
            "too_many_names",
            (yard, session) => session.Execute(
                Numbers + "INSERT INTO project_names (name, project) SELECT 'n' || CAST(n AS TEXT), @p FROM numbers", ("count", KeptLimits.NamesOfProject), ("p", Vc(yard))),
            async yard => (await yard.World.Run(AliasProject.Operation, new() { Project = "vc", Name = "onemore" }, Operator)).Error),
    };

    private const string Numbers = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < @count) ";

    public static TheoryData<string> Names => [.. Caps.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task One_more_than_the_limit_is_refused_with_what_to_give_back(string name)
    {
        var cap = Caps[name];
        await using var yard = await Yard.Open();
        await yard.World.Dispatcher.Store.Write<string>(Caller.System, async (session, _) =>
        {
            await cap.Fill(yard, session);
            return "full";
        }, World.Stop);
        var error = await cap.More(yard);
        Assert.Equal((cap.Code, ErrorKind.TooLarge), (error?.Code, error?.Kind));
        Assert.NotEmpty(error!.Next);
        // The others go on.
        await yard.World.Do(Core.Leases.Reserve.Operation, new() { Project = "beads", Scopes = ["free"] }, World.As(await yard.World.Register(World.Clone(World.Beads, "/src/x/beads", "x"))));
    }

    [Fact]
    public void Every_limit_of_what_is_kept_is_in_the_table()
    {
        var limits = typeof(KeptLimits).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => $"KeptLimits.{field.Name}")
            .Concat(typeof(LeaseLimits).GetFields(BindingFlags.Public | BindingFlags.Static)
                .Where(field => field.Name.StartsWith("Most", StringComparison.Ordinal) && field.Name is not ("MostScopes" or "MostPaths" or "MostTtl" or "MostWait"))
                .Select(field => $"LeaseLimits.{field.Name}"));
        Assert.Equal(Caps.Keys.Order(StringComparer.Ordinal), limits.Order(StringComparer.Ordinal));
    }

    private static string Vc(Yard yard) => yard.Dave.Project!.Value.Value;

    private static async Task<Error?> Reserve(Yard yard, string scope) => (await yard.World.Run(Core.Leases.Reserve.Operation, new() { Scopes = [scope] }, yard.Dave)).Error;

    private static async Task<Error?> WaitForTaken(Yard yard)
    {
        await yard.Reserve(yard.Fred, "taken");
        return (await yard.World.Run(Core.Leases.Reserve.Operation, new() { Scopes = ["taken"], WaitSeconds = 60 }, yard.Dave)).Error;
    }

    private static async Task<Error?> RegisterOne(Yard yard) =>
        (await yard.World.Run(RegisterAgent.Operation, World.Clone(World.Vc, "/src/onemore/vc", "onemore"), Operator)).Error;

    private static ValueTask Hold(Yard yard, Session session, int count) => Leases(yard, session, count, "dave/vc", "'lib/m' || CAST(n AS TEXT)", "'lib/m' || CAST(n AS TEXT)", 0);

    private static ValueTask Patterns(Yard yard, Session session, int count, int steps, string holder) => Leases(yard, session, count, holder, "'lib/*.q' || CAST(n AS TEXT)", "'lib'", steps);

    private static ValueTask Leases(Yard yard, Session session, int count, string holder, string scope, string root, int steps) => session.Execute(
        $"""
        {Numbers}
        INSERT INTO leases (project, lease_id, kind, scope, root, tail, mode, holder, token, acquired_at, renewed_at, ttl, expires_at, state, steps)
        SELECT @p, 'r-' || CAST(1000000000 + n AS TEXT), 'reservation', {scope}, {root}, 'q', 'shared', @holder, 1, @now, @now, 86400000, @until, 'active', @steps FROM numbers
        """,
        ("count", count), ("p", Vc(yard)), ("holder", holder), ("steps", steps), ("now", session.Now), ("until", session.Now.AddDays(1)));

    private static ValueTask Wait(Yard yard, Session session, int count, string holder) => session.Execute(
        $"""
        {Numbers}
        INSERT INTO lease_waits (project, ticket, holder, scopes, mode, asked_at, alive_until)
        SELECT @p, 't' || CAST(n AS TEXT), @holder, 'else/x', 'exclusive', @now, @until FROM numbers
        """,
        ("count", count), ("p", Vc(yard)), ("holder", holder), ("now", session.Now), ("until", session.Now.AddDays(1)));

    private static ValueTask Agents(Yard yard, Session session, int count, string project, string? by = null) => session.Execute(
        $"""
        {Numbers}
        INSERT INTO agents (project, agent, binding, status, registered_at, last_seen_at, online_since, registered_by)
        SELECT @p, 'f' || CAST(n AS TEXT) || '/filled', 'named', 'idle', 0, 0, 0, @by FROM numbers
        """,
        ("count", count), ("p", project), ("by", by ?? Operator.Credential));
}
