using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases;

/// <summary>Who asks to hold something.</summary>
internal sealed record Applicant(AgentId Agent, string? Operator)
{
    /// <summary>The agent that the credential speaks for; <c>agent_required</c>, <c>unknown_agent</c>.</summary>
    public static async ValueTask<Result<Applicant>> Of(Session session)
    {
        if (session.Caller.Agent is not { } id)
        {
            return LeaseLimits.AgentRequired;
        }
        return (await AgentRegistry.Find(session, id)).Try(out var agent, out var error)
            ? new Applicant(id, session.Caller.Operator ?? agent.Operator)
            : error;
    }
}

/// <summary>What somebody asks to reserve, checked.</summary>
internal sealed record Application
{
    public required IReadOnlyList<Scope> Scopes { get; init; }

    public required LeaseMode Mode { get; init; }

    public required TimeSpan Ttl { get; init; }

    public IssueId? IssueId { get; init; }

    public string? Reason { get; init; }

    /// <summary>Take what is free when not all is.</summary>
    public bool IsPartial { get; init; }

    /// <summary>How long to wait for it.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>The place in the queue of who waits already.</summary>
    public Ticket? Ticket { get; init; }

    public static Result<Application> Of(Project project, ReserveRequest request)
    {
        if (LeaseLimits.TooMany(request.Scopes.Count, LeaseLimits.MostScopes) is { } refusal)
        {
            return refusal;
        }
        if (!LeaseLimits.Ttl(request.TtlSeconds, LeaseLimits.DefaultTtl).Try(out var ttl, out var error) ||
            !LeaseLimits.Wait(request.WaitSeconds).Try(out var wait, out error) ||
            !LeaseLimits.Reason(request.Reason).Try(out var reason, out error) ||
            !Read(project, request.Scopes).Try(out var scopes, out error))
        {
            return error;
        }
        return new Application
        {
            Scopes = scopes,
            Mode = request.Shared ? LeaseMode.Shared : LeaseMode.Exclusive,
            Ttl = ttl,
            IssueId = request.IssueId,
            Reason = reason is "" ? null : reason,
            IsPartial = request.Partial,
            Wait = wait,
            Ticket = request.Ticket,
        };
    }

    /// <summary>Each scope once; <c>bad_scope</c>.</summary>
    public static Result<List<Scope>> Read(Project project, IEnumerable<string> texts)
    {
        var scopes = new List<Scope>();
        foreach (var text in texts)
        {
            if (!Scope.Parse(text, project.PathCase).Try(out var scope, out var error))
            {
                return error;
            }
            if (!scopes.Exists(known => known.Text == scope.Text))
            {
                scopes.Add(scope);
            }
        }
        return scopes;
    }
}
