using System.ComponentModel;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases;
using Wigwag.Core.Messages;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Status;

/// <summary>Who works on what in one project.</summary>
public sealed record ProjectWork
{
    private const int MaxAgents = 50;
    private const int MaxClaims = 200;
    private const int MaxHolds = 20;
    private const int MaxHoldsInAll = 200;

    public required ProjectId Project { get; init; }

    [Description("Its agents that hold something, wait, have mail or are online, the busiest first, at most 50.")]
    public required IReadOnlyList<AgentWork> Agents { get; init; }

    [Description("Messages to the project that nobody has taken.")]
    public required long UnreadByProject { get; init; }

    [Description("Messages to the project that wait for an acknowledgement.")]
    public required long UnacknowledgedByProject { get; init; }

    [Description("Who cannot go on, for whom they wait, and why. Within this project and from or to it.")]
    public required IReadOnlyList<Wait> Waits { get; init; }

    [Description("Circles in which each waits for the next and the last for the first: none gets on unless somebody gives up what it holds, or answers. At most 20.")]
    public required IReadOnlyList<Circle> Circles { get; init; }

    internal static async ValueTask<ProjectWork> Of(Session session, Project project)
    {
        var id = project.ProjectId;
        var mail = await MessageBook.Waiting(session, id);
        var claims = (await Claims.In(session, id, MaxClaims)).ToLookup(issue => issue.Assignee);
        var held = (await LeaseBook.LongestHeld(session, id, MaxHolds)).ToLookup(each => each.Lease.Holder);
        var graph = await WaitGraph.Around(session, project);
        var work = (await AgentRegistry.InProject(session, id)).Select(agent => new AgentWork
        {
            Agent = agent.AgentId,
            Operator = agent.Operator,
            Status = agent.Status,
            Presence = agent.Presence,
            Since = agent.Since,
            Claims = [.. claims[agent.AgentId].Select(issue => new Claimed(issue.IssueId, issue.Title, issue.Priority))],
            Holds = [.. held[agent.AgentId].Select(each => Held.Of(each.Lease))],
            HoldsCount = held[agent.AgentId].Select(each => each.OfHolder).FirstOrDefault(),
            Unread = mail.GetValueOrDefault(agent.AgentId.Value).Unread,
            Unacknowledged = mail.GetValueOrDefault(agent.AgentId.Value).Unacknowledged,
            Waits = graph.Waits.Count(wait => wait.Agent == agent.AgentId),
        });
        var shared = mail.GetValueOrDefault(id.Value);
        var busiest = work.Where(one => one.Weight > 0).OrderByDescending(one => one.Weight).ThenBy(one => one.Agent.Value, StringComparer.Ordinal).Take(MaxAgents).ToList();
        var everyone = await MessageBook.WaitingAmongEveryone(session, id, [.. busiest.Select(one => one.Agent.Value)]);
        return new()
        {
            Project = id,
            Agents = Shorten(
            [
                .. busiest.Select(one => everyone.GetValueOrDefault(one.Agent.Value) is var more ? one with
                {
                    Unread = one.Unread + more.Unread,
                    Unacknowledged = one.Unacknowledged + more.Unacknowledged,
                } : one),
            ]),
            UnreadByProject = shared.Unread,
            UnacknowledgedByProject = shared.Unacknowledged,
            Waits = graph.Waits,
            Circles = graph.Circles,
        };
    }

    // Where many hold much, fewer of each: an answer is read by a model.
    private static List<AgentWork> Shorten(List<AgentWork> agents)
    {
        var holding = agents.Count(one => one.Holds.Count > 0);
        var each = holding == 0 ? MaxHolds : Math.Clamp(MaxHoldsInAll / holding, 1, MaxHolds);
        return agents.ConvertAll(one => one.Holds.Count <= each ? one : one with { Holds = [.. one.Holds.Take(each)] });
    }
}

/// <summary>What one agent does and holds.</summary>
public sealed record AgentWork
{
    public required AgentId Agent { get; init; }

    [OthersText]
    public string? Operator { get; init; }

    [Description("What it says it is doing.")]
    public required AgentStatus Status { get; init; }

    public required Presence Presence { get; init; }

    [Description("Since when it is present or absent like this.")]
    public required DateTimeOffset Since { get; init; }

    [Description("The issues it holds, the most urgent first.")]
    public required IReadOnlyList<Claimed> Claims { get; init; }

    [Description("Reservations and slots, the longest held first, at most 20, and fewer where many agents hold something.")]
    public required IReadOnlyList<Held> Holds { get; init; }

    [Description("How many reservations and slots it holds in all; list_leases shows them.")]
    public required long HoldsCount { get; init; }

    [Description("Messages to it by name that it has not read.")]
    public required long Unread { get; init; }

    [Description("Messages to it by name that wait for its acknowledgement.")]
    public required long Unacknowledged { get; init; }

    [Description("For how many things it waits.")]
    public required int Waits { get; init; }

    // Online alone is worth a line; what is held or awaited is worth more.
    internal long Weight => (Presence == Presence.Online ? 1 : 0) + (2 * (Claims.Count + HoldsCount + Waits)) + (Unread > 0 ? 1 : 0) + (Unacknowledged > 0 ? 1 : 0);
}

/// <summary>An issue that somebody holds.</summary>
public sealed record Claimed(IssueId IssueId, [property: OthersText] string Title, int Priority);

/// <summary>Something that somebody has reserved.</summary>
public sealed record Held(LeaseId LeaseId, LeaseKind Kind, [property: OthersText] string Scope, LeaseMode Mode, IssueId? IssueId, DateTimeOffset ExpiresAt)
{
    internal static Held Of(Lease lease) => new(lease.LeaseId, lease.Kind, lease.Scope, lease.Mode, lease.IssueId, lease.ExpiresAt);
}
