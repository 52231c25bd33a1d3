using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Projects;

/// <summary>
/// The projects of this server and the names they answer to. A project that the caller's credential does not reach is not
/// there: it gives the same answer as one that does not exist.
/// </summary>
public static class ProjectRegistry
{
    // More names than this are not searched for what somebody may have meant.
    private const int MaxNamesSearched = 1000;
    private const int MaxNameLength = 63;

    /// <summary>
    /// The project that a caller means. In this order: what the calling agent's repository calls so in its
    /// <c>external_projects</c> (registered on a write, where it is not yet), an id or any spelling of a remote, a short name or alias,
    /// the end of one id (<c>steveyegge/vc</c>).
    /// </summary>
    /// <param name="session">Of the caller.</param>
    /// <param name="reference">What they wrote, or null for the project they stand in.</param>
    /// <returns>The project; <c>unknown_project</c> or <c>ambiguous_project</c> with the near names, <c>bad_git_remote</c>, <c>no_project</c>.</returns>
    public static async ValueTask<Result<Project>> Find(Session session, string? reference)
    {
        if (reference is null)
        {
            return session.Caller.Project is { } own
                ? await Get(session, own)
                : Error.Invalid("no_project", "No project was named, and the caller stands in none.", "Name one: --project NAME, or the project property; `wigwag project list` shows them.");
        }
        var name = reference.Trim();
        if (!ProjectKey(name).Try(out var key, out var error))
        {
            return error;
        }
        // What the caller's own repository says a name means is never another project of the same name.
        if (await External(session, name) is { } external)
        {
            if (await Named(session, external.Value) is { } known)
            {
                return session.Caller.Reaches(known.ProjectId) ? known : await Unknown(session, key);
            }
            return session.Caller.Reaches(external) && !session.IsReadOnly
                ? await Open(session, external, remote: null, proposal: null)
                : await Unknown(session, key);
        }
        return await Named(session, key) is { } project && session.Caller.Reaches(project.ProjectId)
            ? project
            : await ByEnd(session, key);
    }

    /// <summary>The project with this id, or with another remote's id that was made an alias of it.</summary>
    /// <returns>The project; <c>unknown_project</c>.</returns>
    public static async ValueTask<Result<Project>> Get(Session session, ProjectId project) =>
        await Named(session, project.Value) is { } known && session.Caller.Reaches(known.ProjectId)
            ? known
            : await Unknown(session, project.Value);

    /// <summary>The project that a working copy belongs to, registered here and now when it is not yet.</summary>
    /// <param name="session">Of the caller.</param>
    /// <param name="reference">A remote in any spelling, an id, or the short name of a registered project.</param>
    /// <param name="proposal">What people would call it, or null for the last segment of its id.</param>
    public static async ValueTask<Result<Project>> FindOrOpen(Session session, string reference, string? proposal)
    {
        var text = reference.Trim();
        if (!IsRemote(text))
        {
            return !ProjectKey(text).Try(out var name, out var refusal) ? refusal
                : await Named(session, name) is { } named && session.Caller.Reaches(named.ProjectId) ? named
                : await Unknown(session, name);
        }
        if (!GitRemote.Parse(text).Try(out var remote, out var error))
        {
            return error;
        }
        // One that is known and out of reach is refused as one that is not known: neither can be told from the other.
        var known = await Named(session, remote.Project.Value);
        if (!session.Caller.Reaches(known?.ProjectId ?? remote.Project))
        {
            return Error.Forbidden(
                "project_out_of_reach",
                $"This key does not reach the project {remote.Project}.",
                "Ask an administrator for a key with that project.");
        }
        return known ?? await Open(session, remote.Project, remote.Url, proposal);
    }

    /// <summary>Every name of a project beside its id and its short name, in order.</summary>
    internal static ValueTask<List<string>> Aliases(Session session, Project project) => session.Query(
        "SELECT name FROM project_names WHERE project = @project AND name <> @project AND name <> @name ORDER BY name",
        row => row.Text("name"),
        ("project", project.ProjectId),
        ("name", project.Name));

    /// <summary>The project behind a name in its stored form, within reach or not.</summary>
    internal static ValueTask<Project?> Named(Session session, string name) => session.First(
        """
        SELECT p.project, p.name, p.remote, p.tracker, p.created_at, p.reservation_policy, p.path_case
        FROM project_names n
        JOIN projects p ON p.project = n.project
        WHERE n.name = @name
        """,
        Read,
        ("name", name));

    /// <summary>Projects in the order of their short names.</summary>
    internal static ValueTask<List<Project>> After(Session session, string name, int limit) => session.Query(
        "SELECT project, name, remote, tracker, created_at, reservation_policy, path_case FROM projects WHERE name > @name ORDER BY name LIMIT @limit",
        Read,
        ("name", name),
        ("limit", limit));

    /// <summary>The form under which a remote, an id or a short name is stored; it holds no credentials.</summary>
    internal static Result<string> ProjectKey(string reference) => !IsRemote(reference)
        ? reference.Length is > 0 and <= MaxNameLength
            ? reference.ToLowerInvariant()
            : Error.Invalid("bad_project", $"A project's name has 1 to {MaxNameLength} characters.", "`wigwag project list` shows the names.")
        : GitRemote.Normalize(reference).Try(out var id, out var error) ? id.Value : error;

    /// <summary>Registers a project under the first of its names that is free.</summary>
    private static async ValueTask<Result<Project>> Open(Session session, ProjectId id, string? remote, string? proposal)
    {
        if (await KeptLimits.OneMoreProject(session) is { } tooMany)
        {
            return tooMany;
        }
        // On an engine with several writers another may register the same project meanwhile; this statement waits for it.
        if (!await TakeName(session, id.Value, id) && await Named(session, id.Value) is { } meanwhile)
        {
            return meanwhile;
        }
        var name = "";
        foreach (var candidate in ShortName.Candidates(id, proposal))
        {
            if (await TakeName(session, candidate, id))
            {
                name = candidate;
                break;
            }
        }
        var project = new Project { ProjectId = id, Name = name, Remote = remote, Tracker = Project.BuiltInTracker, CreatedAt = session.Now };
        await Insert(session, project);
        await session.Append(ProjectEvents.Registered, id, id.Value, project);
        return project;
    }

    internal static async ValueTask Insert(Session session, Project project) => await session.Execute(
        """
        INSERT INTO projects (project, name, remote, tracker, created_at, reservation_policy, path_case, opened_by)
        VALUES (@project, @name, @remote, @tracker, @at, @policy, @case, @opened_by)
        """,
        ("project", project.ProjectId),
        ("name", project.Name),
        ("remote", project.Remote),
        ("tracker", project.Tracker),
        ("at", project.CreatedAt),
        ("policy", Text(project.ReservationPolicy)),
        ("case", Text(project.PathCase)),
        ("opened_by", KeptLimits.Keeper(session)));

    internal static string Text(ReservationPolicy policy) => policy switch
    {
        ReservationPolicy.Off => "off",
        ReservationPolicy.ReserveOnEdit => "reserve-on-edit",
        _ => "warn",
    };

    internal static string Text(PathCase pathCase) => pathCase == PathCase.Insensitive ? "insensitive" : "sensitive";

    /// <summary>Gives a name to a project; false when another project, or the same, has it.</summary>
    internal static async ValueTask<bool> TakeName(Session session, string name, ProjectId project) => await session.ExecuteCounted(
        "INSERT INTO project_names (name, project) VALUES (@name, @project) ON CONFLICT (name) DO NOTHING",
        ("name", name),
        ("project", project)) == 1;

    /// <summary>What the repository of the calling agent means by a name.</summary>
    private static async ValueTask<ProjectId?> External(Session session, string name)
    {
        if (session.Caller.Agent is not { } agent)
        {
            return null;
        }
        var project = await session.First(
            "SELECT project FROM external_projects WHERE agent = @agent AND name = @name",
            row => row.Text("project"),
            ("agent", agent),
            ("name", name.ToLowerInvariant()));
        return project is null ? null : ProjectId.Parse(project);
    }

    private static async ValueTask<Result<Project>> ByEnd(Session session, string reference)
    {
        var end = "/" + reference.Trim('/');
        var matches = reference.Contains('/', StringComparison.Ordinal) ? (await EndingIn(session, end)).FindAll(project => session.Caller.Reaches(project.ProjectId)) : [];
        return matches switch
        {
            [var only] => only,
            [] => await Unknown(session, reference),
            _ => Error.Conflict(
                "ambiguous_project",
                $"{Sanitize.Quote(reference)} may be any of {string.Join(", ", matches.Take(10).Select(project => project.ProjectId.Value))}.",
                $"Use an id or a short name: {string.Join(", ", matches.Take(10).Select(project => project.Name))}."),
        };
    }

    private static async ValueTask<Error> Unknown(Session session, string reference)
    {
        var names = (await session.Query(
            "SELECT name, project FROM projects ORDER BY name LIMIT @most",
            row => (Name: row.Text("name"), Project: ProjectId.Parse(row.Text("project"))),
            ("most", (long)MaxNamesSearched))).Where(known => session.Caller.Reaches(known.Project)).SelectMany(known => new[] { known.Name, known.Project.Value });
        return Error.NotFound(
            "unknown_project",
            $"No project {Sanitize.Quote(reference)} is known here.",
            NearNames.Offer(reference, names, "`wigwag project list` shows all; a project is known from the first command in one of its clones on, by its external_projects entry, or by `wigwag project register REMOTE`."));
    }

    // All projects are gone through, but by the engine.
    private static ValueTask<List<Project>> EndingIn(Session session, string end) => session.Query(
        """
        SELECT project, name, remote, tracker, created_at, reservation_policy, path_case FROM projects
        WHERE LENGTH(project) > @length AND LOWER(SUBSTR(project, CAST(LENGTH(project) - @length + 1 AS INTEGER))) = @end
        ORDER BY name LIMIT @most
        """,
        Read,
        ("length", (long)end.EnumerateRunes().Count()),
        ("end", end.ToLowerInvariant()),
        ("most", (long)MaxNamesSearched));

    private static bool IsRemote(string reference) => reference.Contains('/', StringComparison.Ordinal)
        || reference.Contains(':', StringComparison.Ordinal)
        || reference.StartsWith('-')
        || reference.Any(char.IsControl);

    private static Project Read(Row row) => new()
    {
        ProjectId = ProjectId.Parse(row.Text("project")),
        Name = row.Text("name"),
        Remote = row.TextOrNull("remote"),
        Tracker = row.Text("tracker"),
        CreatedAt = row.Time("created_at"),
        ReservationPolicy = row.Text("reservation_policy") switch
        {
            "off" => ReservationPolicy.Off,
            "reserve-on-edit" => ReservationPolicy.ReserveOnEdit,
            _ => ReservationPolicy.Warn,
        },
        PathCase = row.Text("path_case") == "insensitive" ? PathCase.Insensitive : PathCase.Sensitive,
    };
}
