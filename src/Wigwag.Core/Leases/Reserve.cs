using System.ComponentModel;
using System.Text.Json.Serialization;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases;

public sealed record ReserveRequest
{
    [Description("The project; your own when left out.")]
    public string? Project { get; init; }

    [RepositoryPaths(PathShape.Scope)]
    [Description("What to reserve, 1 to 100, relative to the repository's root: files and folders (src/parser.cs, src/parser), patterns (src/**/*.cs, docs/{a,b}.md; a backslash takes a special character as it is), or named surfaces (kanban-surface, db:users, api:GET /v1/users).")]
    public required IReadOnlyList<string> Scopes { get; init; }

    [Description("Let others hold it too, who ask for it shared. Without it nobody else may.")]
    public bool Shared { get; init; }

    [Option("ttl")]
    [Description("Seconds to hold it, at most 7 days; default 1800. Renew it while you work.")]
    public long? TtlSeconds { get; init; }

    [Option("issue")]
    [Description("The issue you do it for; others are told.")]
    public IssueId? IssueId { get; init; }

    [Description("Why, in one line; others are told.")]
    public string? Reason { get; init; }

    [Option("wait")]
    [Description("Seconds to wait until it is free, at most 3600: first come, first served. Left out, you are refused at once.")]
    public long? WaitSeconds { get; init; }

    [Description("Take what is free when not all is. Without it you get all or nothing.")]
    public bool Partial { get; init; }

    /// <summary>The place in the queue, when there is one: the same request runs several times.</summary>
    [JsonIgnore]
    internal Ticket Ticket { get; } = new();
}

/// <summary>What was reserved.</summary>
public sealed record Reserved
{
    public required ProjectId Project { get; init; }

    [Description("What you hold now, of what you asked for.")]
    public required IReadOnlyList<Lease> Granted { get; init; }

    [Description("What you did not get because others hold it; only where you asked for what is free.")]
    public required IReadOnlyList<Conflict> Conflicts { get; init; }

    [Description("The fencing token of the grant; `wigwag lease check TOKEN` succeeds while you hold it.")]
    public required long Token { get; init; }
}

public static class Reserve
{
    public static readonly Operation<ReserveRequest, Reserved> Operation = new()
    {
        Name = "reserve",
        Title = "Reserve files or surfaces",
        Description =
            "Reserves files, folders, patterns or named surfaces before you change them, in every clone of the project, all of them or none, and waits for them if you ask. " +
            "Refused with scope_held while another agent holds something in common with them: it says who, for which issue and until when. " +
            "Asking again for what you hold renews it. Give it back with release when you are done.",
        Effect = Effect.IdempotentCommand,
        Toolset = "leases",
        Http = "POST /v1/projects/{project}/reservations",
        Cli = "reserve <scopes...>",
        AlsoCli = ["agent reserve <scopes...>"],
        Example = "wigwag reserve \"src/parser/**\" --ttl 30m --reason \"rewriting the lexer\"",
        Json = LeasesJson.Default,
        Negative = new(Outcome.Held, "another agent holds a part of it, with --partial", answer => answer.Conflicts.Count > 0),
        Handler = Handle,
        WaitsFor = request => LeaseLimits.Waits(request.WaitSeconds),
        Waking = Wake,
        Abandoned = (session, request) => Queue.Leave(session, request.Ticket),
    };

    private static async ValueTask<Result<Reserved>> Handle(Session session, ReserveRequest request, CancellationToken cancel)
    {
        if (!(await Applicant.Of(session)).Try(out var applicant, out var error) ||
            !(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error) ||
            !Application.Of(project, request).Try(out var application, out error) ||
            (request.IssueId is { } issue && !(await IssueBook.Find(session, issue)).Try(out _, out error)))
        {
            return error;
        }
        await session.LockProject(project.ProjectId);
        await Expiry.Notice(session, project.ProjectId);
        var result = await Grants.Reserve(session, project, applicant, application);
        if (request.WaitSeconds is null or 0)
        {
            return result;
        }
        // Who is refused stays in the queue until its time is over; who is granted, or refused for another reason, leaves it.
        if (result.Error is { Code: Conflicts.Held or Queue.Awaited } refusal && session.Now < request.Ticket.Until(session.Now, application.Wait))
        {
            return await Queue.Stay(session, project, applicant, application, request.Ticket) ?? refusal with { Then = Then.Wait };
        }
        await Queue.Leave(session, request.Ticket);
        return result.Try(out _, out var over) ? result : over with { Then = Then.Keep };
    }

    private static async ValueTask<Result<Wake>> Wake(Session session, ReserveRequest request)
    {
        if (!(await Applicant.Of(session)).Try(out var applicant, out var error) ||
            !(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error) ||
            !Application.Of(project, request).Try(out var application, out error))
        {
            return error;
        }
        var deadline = request.Ticket.Until(session.Now, application.Wait);
        var free = await Queue.FreeAt(session, project, applicant, application, request.Ticket);
        return new Wake(free < deadline ? free : deadline);
    }
}
