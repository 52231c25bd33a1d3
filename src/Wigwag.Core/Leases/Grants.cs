using Wigwag.Core.Agents;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases;

/// <summary>Gives out reservations. The caller locked the project and noticed what is over.</summary>
internal static class Grants
{
    /// <summary>What an application gets: all of it, what is free of it, or the refusal that lists who is in its way.</summary>
    public static async ValueTask<Result<Reserved>> Reserve(Session session, Project project, Applicant applicant, Application application)
    {
        var met = new List<(string, Lease)>();
        var free = new List<(Scope Scope, Lease? Own)>();
        foreach (var scope in application.Scopes)
        {
            if (met.Count == Conflicts.MostListed)
            {
                break;
            }
            var held = await Candidates.Meeting(
                session, project, scope, applicant.Agent, exclusive: application.Mode == LeaseMode.Shared, Conflicts.MostListed - met.Count);
            met.AddRange(held.Select(lease => (scope.Text, lease)));
            if (held.Count == 0)
            {
                free.Add((scope, await Candidates.Own(session, project, applicant.Agent, scope)));
            }
        }
        var conflicts = await Conflicts.Of(session, met);
        if (conflicts.Count > 0 && (free.Count == 0 || !application.IsPartial))
        {
            return Conflicts.Refusal(conflicts);
        }
        var asked = free.FindAll(each => each.Own is null).ConvertAll(each => each.Scope);
        if (await LeaseCaps.Refuse(session, project, applicant.Agent, asked) is { } tooMuch)
        {
            return tooMuch;
        }
        if (await Queue.Ahead(session, project, applicant, application, asked) is { } ahead)
        {
            return ahead;
        }
        var granted = await Grant(session, project, applicant, application, free);
        return new Reserved { Project = project.ProjectId, Granted = granted, Conflicts = conflicts, Token = granted.Max(lease => lease.Token) };
    }

    private static async ValueTask<List<Lease>> Grant(
        Session session, Project project, Applicant applicant, Application application, List<(Scope Scope, Lease? Own)> free)
    {
        var granted = new List<Lease>();
        long? token = null;
        foreach (var (scope, own) in free)
        {
            if (own is not null && !(own.Mode == LeaseMode.Shared && application.Mode == LeaseMode.Exclusive))
            {
                granted.Add(await Renew(session, own, application.Ttl, application));
                continue;
            }
            token ??= await Tokens.Next(session, project.ProjectId);
            var lease = new Lease
            {
                LeaseId = own?.LeaseId ?? LeaseId.New(LeaseKind.Reservation),
                Project = project.ProjectId,
                Kind = LeaseKind.Reservation,
                Scope = scope.Text,
                Mode = application.Mode,
                Holder = applicant.Agent,
                Operator = applicant.Operator,
                IssueId = application.IssueId ?? own?.IssueId,
                Reason = application.Reason ?? own?.Reason,
                Token = token.Value,
                AcquiredAt = session.Now,
                RenewedAt = session.Now,
                ExpiresAt = session.Now + application.Ttl,
                Ttl = application.Ttl,
                State = LeaseState.Active,
            };
            await (own is null ? LeaseRows.Add(session, lease, scope) : LeaseRows.Update(session, lease));
            await session.Append(LeaseEvents.Acquired, project.ProjectId, lease.LeaseId.Value, lease);
            granted.Add(lease);
        }
        return granted;
    }

    /// <summary>Holds it for another while; never for less than it is held already.</summary>
    public static async ValueTask<Lease> Renew(Session session, Lease lease, TimeSpan ttl, Application? application = null)
    {
        var until = session.Now + ttl;
        var renewed = lease with
        {
            RenewedAt = session.Now,
            Ttl = ttl,
            ExpiresAt = until > lease.ExpiresAt ? until : lease.ExpiresAt,
            IssueId = application?.IssueId ?? lease.IssueId,
            Reason = application?.Reason ?? lease.Reason,
        };
        await LeaseRows.Update(session, renewed);
        return renewed;
    }

    /// <summary>Gives a lease back.</summary>
    public static async ValueTask Release(Session session, Lease lease)
    {
        await LeaseRows.End(session, lease, LeaseState.Released);
        await session.Append(LeaseEvents.Released, lease.Project, lease.LeaseId.Value, Expiry.Ended(lease));
    }

    /// <summary>Takes a lease away from its holder, who is told; its token is worth nothing from now on.</summary>
    public static async ValueTask Lose(Session session, Lease lease, string reason)
    {
        await LeaseRows.End(session, lease, LeaseState.Expired);
        await Tokens.Next(session, lease.Project);
        await session.Append(LeaseEvents.Forced, lease.Project, lease.LeaseId.Value, Expiry.Ended(lease, reason), [lease.Holder.Value]);
        if (await AgentRegistry.Any(session, lease.Holder) is { } holder && (await ProjectRegistry.Get(session, lease.Project)).Try(out var project, out _))
        {
            var by = session.Caller.Agent?.Value ?? session.Caller.Operator ?? "An administrator";
            await Notices.Tell(
                session, holder, project, lease.IssueId, $"You no longer hold {Quotation.Name(lease.Scope)}",
                $"{by} took it away: {reason}\n\nStop changing it; whatever was written with token {lease.Token} may be overtaken. Reserve it again before you go on.");
        }
    }
}
