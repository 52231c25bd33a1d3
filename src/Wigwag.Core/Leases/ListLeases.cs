using System.ComponentModel;
using System.Globalization;
using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases;

public sealed record ListLeasesRequest
{
    [Description("The project; your own when left out.")]
    public string? Project { get; init; }

    [Description("Only what this agent holds.")]
    public string? Agent { get; init; }

    [Description("Only reservations, claims or slots.")]
    public LeaseKind? Kind { get; init; }

    [Description("How many at most, 1 to 200; default 50.")]
    public int? Limit { get; init; }

    [Description("next_cursor of the page before.")]
    public string? Cursor { get; init; }
}

/// <summary>What is held in a project.</summary>
public sealed record LeasePage
{
    public required ProjectId Project { get; init; }

    [Description("The longest held first.")]
    public required IReadOnlyList<Lease> Leases { get; init; }

    [Description("Who waits for reservations, in the order of their turns.")]
    public required IReadOnlyList<Waiting> Waiting { get; init; }

    [Description("Give it as cursor to get the next page; absent on the last one.")]
    [ServerText]
    public string? NextCursor { get; init; }
}

/// <summary>Somebody who waits for reservations.</summary>
public sealed record Waiting
{
    [Description("The agent who waits.")]
    public required AgentId Holder { get; init; }

    [OthersText]
    public required IReadOnlyList<string> Scopes { get; init; }

    public required LeaseMode Mode { get; init; }

    public required DateTimeOffset Since { get; init; }
}

public static class ListLeases
{
    public static readonly Operation<ListLeasesRequest, LeasePage> Operation = new()
    {
        Name = "list_leases",
        Title = "List who holds what",
        Description = "Lists what is held in a project now: reserved files and surfaces, claimed issues, slots, each with its holder, its reason and until when.",
        Effect = Effect.Query,
        Http = "GET /v1/projects/{project}/leases",
        Cli = "leases",
        Example = "wigwag leases",
        Role = Role.Reader,
        Toolset = "leases",
        Json = LeasesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<LeasePage>> Handle(Session session, ListLeasesRequest request, CancellationToken cancel)
    {
        Agent? holder = null;
        if (!NameCursor.Limit(request.Limit).Try(out var limit, out var error) ||
            !NameCursor.Read(request.Cursor).Try(out var cursor, out error) ||
            !(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error) ||
            (request.Agent is not null && !(await AgentRegistry.Named(session, request.Agent)).Try(out holder, out error)))
        {
            return error;
        }
        var (token, id) = After(cursor);
        // leases_by_token
        var leases = await session.Query(
            $"""
            SELECT {LeaseRows.Columns} FROM leases l
            WHERE l.project = @project AND l.state = 'active' AND l.expires_at > @now
              AND (l.token, l.lease_id) > (@token, @id)
              AND (CAST(@holder AS TEXT) IS NULL OR l.holder = @holder)
              AND (CAST(@kind AS TEXT) IS NULL OR l.kind = @kind)
            ORDER BY l.token, l.lease_id
            LIMIT @limit
            """,
            LeaseRows.Read,
            ("project", project.ProjectId),
            ("now", session.Now),
            ("token", token),
            ("id", id),
            ("holder", holder?.AgentId.Value),
            ("kind", request.Kind is { } kind ? LeaseRows.Text(kind) : null),
            ("limit", (long)limit + 1));
        var isLast = leases.Count <= limit;
        leases = isLast ? leases : leases[..limit];
        return new LeasePage
        {
            Project = project.ProjectId,
            Leases = leases,
            Waiting = await LeaseBook.Waiting(session, project.ProjectId),
            NextCursor = isLast ? null : NameCursor.After($"{leases[^1].Token.ToString(CultureInfo.InvariantCulture)} {leases[^1].LeaseId}"),
        };
    }

    private static (long Token, string Id) After(string cursor) => cursor.Split(' ') is [var token, var id]
        && long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (number, id) : (0, "");
}
