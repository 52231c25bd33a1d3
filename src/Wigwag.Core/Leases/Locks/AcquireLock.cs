using System.ComponentModel;
using System.Text.Json.Serialization;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases.Locks;

public sealed record AcquireLockRequest
{
    [RepositoryPaths(PathShape.Path)]
    [Description("The file, relative to the repository's root or absolute in your workspace; or a logical key that begins with api: db: event: flag: env: contract: or feature:.")]
    public required string FilePath { get; init; }

    [Description("Why, in one line; others are told.")]
    public string? Reason { get; init; }

    [Option("ttl-minutes")]
    [Description("Minutes to hold it; default 30.")]
    public int? TtlMinutes { get; init; }

    [Description("The project; your own when left out.")]
    public string? Project { get; init; }
}

/// <summary>What came of asking for a lock.</summary>
public enum LockAction
{
    [JsonStringEnumMemberName("acquired")]
    Acquired,
    [JsonStringEnumMemberName("blocked")]
    Blocked,
    [JsonStringEnumMemberName("released")]
    Released,
    [JsonStringEnumMemberName("not_held")]
    NotHeld,
}

/// <summary>Whether the lock is yours, and whose it is otherwise.</summary>
public sealed record LockAnswer
{
    [Description("True when you have what you asked for.")]
    public required bool Success { get; init; }

    public required LockAction Action { get; init; }

    [OthersText]
    public required string FilePath { get; init; }

    [Description("Until when it is held, by you or by the other.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("Your fencing token, where you hold it.")]
    public long? Token { get; init; }

    [Description("The agent who holds it, where you were blocked.")]
    public AgentId? LockedBy { get; init; }

    [Description("The human that the other works for.")]
    [OthersText]
    public string? Operator { get; init; }

    [Description("What the other holds, which has something in common with what you asked for.")]
    [OthersText]
    public string? Scope { get; init; }

    [Description("For what the other holds it.")]
    public IssueId? IssueId { get; init; }

    [Description("Why the other holds it.")]
    [OthersText]
    public string? Reason { get; init; }

    [Description("What you can do.")]
    [ServerText]
    public string? Next { get; init; }
}

public static class AcquireLock
{
    public static readonly Operation<AcquireLockRequest, LockAnswer> Operation = new()
    {
        Name = "acquire_lock",
        Title = "Lock a file",
        Description = "Locks one file or logical key for you before you change it. Answers action acquired with the fencing token, or action blocked with who holds it, why and until when; blocked is no error. Acquiring again renews it.",
        Effect = Effect.IdempotentCommand,
        Http = "POST /v1/projects/{project}/locks",
        Cli = "lock acquire <file_path>",
        Example = "wigwag lock acquire src/parser.cs --reason \"off by one\"",
        Json = LeasesJson.Default,
        Negative = new(Outcome.Held, "another agent holds it", answer => !answer.Success),
        Handler = Handle,
    };

    private static async ValueTask<Result<LockAnswer>> Handle(Session session, AcquireLockRequest request, CancellationToken cancel)
    {
        if (!(await Applicant.Of(session)).Try(out var applicant, out var error) ||
            !(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error) ||
            !(await LockScope.Of(session, project, request.FilePath)).Try(out var scope, out error) ||
            !LeaseLimits.Ttl(request.TtlMinutes * 60L, LeaseLimits.DefaultTtl).Try(out var ttl, out error) ||
            !LeaseLimits.Reason(request.Reason).Try(out var reason, out error))
        {
            return error;
        }
        await session.LockProject(project.ProjectId);
        await Expiry.Notice(session, project.ProjectId);
        var application = new Application { Scopes = [scope], Mode = LeaseMode.Exclusive, Ttl = ttl, Reason = reason is "" ? null : reason };
        if ((await Grants.Reserve(session, project, applicant, application)).Try(out var reserved, out error))
        {
            return new LockAnswer { Success = true, Action = LockAction.Acquired, FilePath = request.FilePath, ExpiresAt = reserved.Granted[0].ExpiresAt, Token = reserved.Token };
        }
        return error.Kind == ErrorKind.Conflict ? await Blocked(session, project, applicant, scope, request.FilePath, error) : error;
    }

    private static async ValueTask<LockAnswer> Blocked(
        Session session, Project project, Applicant applicant, Scopes.Scope scope, string path, Error refusal)
    {
        if (await Candidates.Meeting(session, project, scope, applicant.Agent, most: 1) is [var lease])
        {
            return new LockAnswer
            {
                Success = false,
                Action = LockAction.Blocked,
                FilePath = path,
                ExpiresAt = lease.ExpiresAt,
                LockedBy = lease.Holder,
                Operator = lease.Operator,
                Scope = lease.Scope,
                IssueId = lease.IssueId,
                Reason = lease.Reason,
                Next = await Conflicts.Next(session, lease),
            };
        }
        // Nobody holds it, but somebody waits for it.
        return new LockAnswer { Success = false, Action = LockAction.Blocked, FilePath = path, Reason = refusal.Message, Next = refusal.Next };
    }
}
