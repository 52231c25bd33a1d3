using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Operations;

/// <summary>
/// How much a key, and all keys of a project, may leave in the store for good. Far more than work needs; without them one key could make
/// lists, searches and names slow for all. What an administrator does is not counted. Leases have their own in <see cref="Leases.LeaseLimits"/>.
/// </summary>
public static class KeptLimits
{
    /// <summary>Projects that one key opens.</summary>
    public const int ProjectsOfKey = 1_000;

    /// <summary>Agents that one key registers.</summary>
    public const int AgentsOfKey = 2_000;

    /// <summary>Agents of one project, whoever registered them.</summary>
    public const int AgentsOfProject = 5_000;

    /// <summary>Keys that one key makes, without those that were revoked.</summary>
    public const int KeysOfKey = 1_000;

    /// <summary>Slots that are defined in one project.</summary>
    public const int SlotsOfProject = 1_000;

    /// <summary>Names that one project answers to.</summary>
    public const int NamesOfProject = 200;

    /// <summary>The credential under which something is kept; none for an administrator's.</summary>
    internal static string? Keeper(Session session) => session.Caller.Role == Role.Administrator ? null : session.Caller.Credential;

    internal static async ValueTask<Error?> OneMoreProject(Session session) => await IsFull(
        session, ProjectsOfKey, "SELECT COUNT(*) FROM projects WHERE opened_by = @of", Keeper(session)) // projects_by_opener
        ? TooMany("projects", $"This key has opened {ProjectsOfKey} projects, the most it may.", "Use one of them, or ask an administrator to open it.")
        : null;

    internal static async ValueTask<Error?> OneMoreAgent(Session session, Project project)
    {
        if (await IsFull(session, AgentsOfKey, "SELECT COUNT(*) FROM agents WHERE registered_by = @of", Keeper(session))) // agents_by_registrar
        {
            return TooMany("agents", $"This key has registered {AgentsOfKey} agents, the most it may.", "Register again as one of them, or ask an administrator to register it.");
        }
        return Keeper(session) is not null && await IsFull(session, AgentsOfProject, "SELECT COUNT(*) FROM agents WHERE project = @of", project.ProjectId.Value) // agents_by_sign
            ? TooMany("agents", $"{project.Name} has {AgentsOfProject} agents, the most a project may have.", "Work as one of those that are there.")
            : null;
    }

    internal static async ValueTask<Error?> OneMoreKey(Session session) => await IsFull(
        session, KeysOfKey, "SELECT COUNT(*) FROM keys WHERE created_by = @of AND revoked_at IS NULL", Keeper(session))
        ? TooMany("keys", $"This key has made {KeysOfKey} keys, the most it may.", "Revoke those that nobody uses: list_keys shows them.")
        : null;

    internal static async ValueTask<Error?> OneMoreSlot(Session session, Project project, string slot) => await IsFull(
        session, SlotsOfProject, "SELECT COUNT(*) FROM slots WHERE project = @of AND slot <> @one", project.ProjectId.Value, slot)
        ? TooMany("slots", $"{project.Name} has {SlotsOfProject} slots, the most a project may have.", "Use one of them; list_slots shows them.")
        : null;

    internal static async ValueTask<Error?> OneMoreName(Session session, Project project, string name) => await IsFull(
        session, NamesOfProject, "SELECT COUNT(*) FROM project_names WHERE project = @of AND name <> @one", project.ProjectId.Value, name)
        ? TooMany("names", $"{project.Name} answers to {NamesOfProject} names, the most a project may have.", "Use one of them; show_project shows them.")
        : null;

    private static async ValueTask<bool> IsFull(Session session, int most, string count, string? of, string? one = null) =>
        of is not null && await session.Scalar(count, one is null ? [("of", of)] : [("of", of), ("one", one)]) >= most;

    private static Error TooMany(string what, string message, string next) => Error.TooLarge($"too_many_{what}", message, next);
}
