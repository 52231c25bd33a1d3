using System.ComponentModel;
using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

public sealed record ShowWakePolicyRequest
{
    [Description("Which agent; yourself when left out.")]
    public string? Agent { get; init; }
}

/// <summary>Says what may wake somebody.</summary>
public static class ShowWakePolicy
{
    public static readonly Operation<ShowWakePolicyRequest, WakePolicy> Operation = new()
    {
        Name = "show_wake_policy",
        Title = "Show what may wake an agent",
        Description = "Says which messages may wake an agent that is idle or interrupt one that is busy, and whether that is its own policy, its operator's, or the default.",
        Effect = Effect.Query,
        Http = "GET /v1/wake_policy",
        Cli = "wake show [agent]",
        Example = "wigwag wake show",
        Role = Role.Reader,
        Toolset = "messages",
        Json = MessagesJson.Default,
        Handler = (session, request, _) => Show(session, request),
    };

    private static async ValueTask<Result<WakePolicy>> Show(Session session, ShowWakePolicyRequest request)
    {
        if (request.Agent is null && session.Caller.Agent is null)
        {
            return await WakePolicy.OfHuman(session, session.Caller.Operator);
        }
        return (await AgentRegistry.Named(session, request.Agent)).Try(out var agent, out var error) ? await WakePolicy.Of(session, agent) : error;
    }
}

public sealed record SetWakePolicyRequest
{
    [Description("What wakes: any of HANDOFF, BLOCKED, DECISION, INFO, REQUEST, and reply for answers to you; none alone for nothing at all. Empty returns to the policy of your operator, or the default.")]
    public IReadOnlyList<WakeReason>? WakeOn { get; init; }

    [Option("gather")]
    [Description("Seconds in which what arrives after a first message joins its wake-up, 0 to 60; default 2.")]
    public int? GatherSeconds { get; init; }

    [Description("Which agent; yourself when left out.")]
    public string? Agent { get; init; }

    [Option("operator")]
    [Description("Set it for your operator: for all of their agents that have no policy of their own.")]
    public bool ForOperator { get; init; }
}

/// <summary>Decides what may wake somebody.</summary>
public static class SetWakePolicy
{
    public static readonly Operation<SetWakePolicyRequest, WakePolicy> Operation = new()
    {
        Name = "set_wake_policy",
        Title = "Set what may wake an agent",
        Description = "Decides which messages may wake an agent that is idle or interrupt one that is busy. The rest waits in its inbox. By default HANDOFF, BLOCKED, REQUEST and reply wake; a burst is one wake-up.",
        Effect = Effect.IdempotentCommand,
        Http = "PUT /v1/wake_policy",
        Cli = "wake set [wake_on...]",
        Example = "wigwag wake set BLOCKED HANDOFF reply --gather 5",
        Toolset = "messages",
        Json = MessagesJson.Default,
        Handler = (session, request, _) => Set(session, request),
    };

    private static async ValueTask<Result<WakePolicy>> Set(Session session, SetWakePolicyRequest request)
    {
        var reasons = request.WakeOn ?? [];
        if (reasons.Contains(WakeReason.None) && reasons.Count > 1)
        {
            return Error.Invalid("bad_wake_on", "none means that nothing wakes, and other reasons were given with it.", "Give none alone, or leave it out.");
        }
        if (request.GatherSeconds is < 0 or > WakePolicy.LongestGather)
        {
            return Error.Invalid("bad_gather", $"A burst is gathered for 0 to {WakePolicy.LongestGather} seconds, not {request.GatherSeconds}.", "Give gather_seconds in that range.");
        }
        if (!(await Whose(session, request)).Try(out var owner, out var error))
        {
            return error;
        }
        if (reasons.Count == 0 && request.GatherSeconds is null)
        {
            await WakePolicy.Drop(session, owner.Home, owner.Key);
            return await owner.Now(session);
        }
        var now = await owner.Now(session);
        await WakePolicy.Keep(session, owner.Home, owner.Key, now with
        {
            WakeOn = reasons.Count == 0 ? now.WakeOn : [.. reasons.Where(reason => reason != WakeReason.None).Distinct()],
            GatherSeconds = request.GatherSeconds ?? now.GatherSeconds,
        });
        return await owner.Now(session);
    }

    private sealed record Owner(string Home, string Key, Func<Session, ValueTask<WakePolicy>> Now);

    private static async ValueTask<Result<Owner>> Whose(Session session, SetWakePolicyRequest request)
    {
        if (request.ForOperator || (request.Agent is null && session.Caller.Agent is null))
        {
            var human = session.Caller.Operator;
            return Operators.Key(human) is not { } key ? Error.Forbidden("no_operator", "This credential speaks for no human.", "Use a key that belongs to one, or name an agent.")
                : session.Caller.Role < Role.Operator ? Error.Forbidden("role_too_low", "An agent sets its own policy, not its operator's.", "Leave for_operator out, or ask your operator.")
                : new Owner(Operators.Home, key, at => WakePolicy.OfHuman(at, human));
        }
        return (await AgentRegistry.Own(session, request.Agent)).Try(out var agent, out var error)
            ? new Owner(agent.Project.Value, agent.AgentId.Value, at => WakePolicy.Of(at, agent))
            : error;
    }
}
