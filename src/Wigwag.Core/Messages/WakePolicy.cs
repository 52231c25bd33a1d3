using System.ComponentModel;
using System.Text.Json.Serialization;
using Wigwag.Core.Agents;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

/// <summary>Why a message may wake an agent that is idle, or interrupt one that is busy.</summary>
public enum WakeReason
{
    [JsonStringEnumMemberName("HANDOFF")]
    Handoff,
    [JsonStringEnumMemberName("BLOCKED")]
    Blocked,
    [JsonStringEnumMemberName("DECISION")]
    Decision,
    [JsonStringEnumMemberName("INFO")]
    Info,
    [JsonStringEnumMemberName("REQUEST")]
    Request,
    /// <summary>It answers a message of the recipient, or is said in a thread that the recipient began.</summary>
    [JsonStringEnumMemberName("reply")]
    Reply,
    /// <summary>Alone: nothing wakes.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>What may wake somebody. Everything else waits in the inbox until they look.</summary>
public sealed record WakePolicy
{
    /// <summary>For who said nothing else.</summary>
    public static readonly WakePolicy Default = new()
    {
        WakeOn = [WakeReason.Handoff, WakeReason.Blocked, WakeReason.Request, WakeReason.Reply],
        GatherSeconds = 2,
        Source = "default",
    };

    /// <summary>Most seconds that a burst may be gathered.</summary>
    public const int LongestGather = 60;

    [Description("Categories of messages that wake, and reply for answers to you; empty when nothing does.")]
    public required IReadOnlyList<WakeReason> WakeOn { get; init; }

    [Description("How long what arrives after the first message is gathered into the same wake-up, in seconds.")]
    public required int GatherSeconds { get; init; }

    [Description("Whose policy it is: the agent, its operator (operator:<name>), or default.")]
    [OthersText]
    public required string Source { get; init; }

    /// <summary>The policy that holds for an agent: its own, its operator's, or the default one.</summary>
    internal static async ValueTask<WakePolicy> Of(Session session, Agent agent) =>
        await Find(session, agent.Project.Value, agent.AgentId.Value) ?? await OfHuman(session, agent.Operator);

    /// <summary>The policy that a human gave to themselves and to those of their agents that have none of their own.</summary>
    internal static async ValueTask<WakePolicy> OfHuman(Session session, string? human) =>
        (Operators.Key(human) is { } key ? await Find(session, Operators.Home, key) : null) ?? Default;

    /// <summary>The policy of a mailbox's owner.</summary>
    internal static async ValueTask<WakePolicy> Of(Session session, Mailbox mailbox) =>
        session.Caller.Agent is { } id && await AgentRegistry.Any(session, id) is { } agent
            ? await Of(session, agent)
            : mailbox.Owner is { } owner && await Find(session, mailbox.Home, owner) is { } own ? own : Default;

    internal static async ValueTask Keep(Session session, string home, string owner, WakePolicy policy) => await session.Execute(
        """
        INSERT INTO wake_policies (project, owner, reasons, gather_seconds) VALUES (@project, @owner, @reasons, @gather)
        ON CONFLICT (project, owner) DO UPDATE SET reasons = excluded.reasons, gather_seconds = excluded.gather_seconds
        """,
        ("project", home),
        ("owner", owner),
        ("reasons", string.Join(' ', policy.WakeOn)),
        ("gather", (long)policy.GatherSeconds));

    internal static async ValueTask Drop(Session session, string home, string owner) => await session.Execute(
        "DELETE FROM wake_policies WHERE project = @project AND owner = @owner", ("project", home), ("owner", owner));

    /// <summary>True for a message that wakes the owner of a mailbox.</summary>
    internal async ValueTask<bool> Wakes(Session session, Envelope message, Mailbox mailbox) =>
        WakeOn.Contains(Enum.Parse<WakeReason>(message.Category.ToString())) ||
        (WakeOn.Contains(WakeReason.Reply) && mailbox.Owner is { } owner && await IsReply(session, message, owner));

    // messages_by_id; messages_by_thread
    private static async ValueTask<bool> IsReply(Session session, Envelope message, string owner) => await session.Scalar(
        """
        SELECT 1 FROM messages m WHERE m.message_id = @reply_to AND m.sender = @owner
        UNION ALL
        SELECT 1 FROM messages m WHERE m.seq = (SELECT MIN(b.seq) FROM messages b WHERE b.thread_id = @thread) AND m.sender = @owner AND m.seq <> @seq
        LIMIT 1
        """,
        ("reply_to", message.ReplyTo?.Value ?? ""),
        ("owner", owner),
        ("thread", message.ThreadId),
        ("seq", message.Seq)) is not null;

    private static ValueTask<WakePolicy?> Find(Session session, string home, string owner) => session.First(
        "SELECT reasons, gather_seconds FROM wake_policies WHERE project = @project AND owner = @owner",
        row => new WakePolicy
        {
            WakeOn = [.. row.Text("reasons").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Words.Row<WakeReason>)],
            GatherSeconds = (int)row.Number("gather_seconds"),
            Source = owner,
        },
        ("project", home),
        ("owner", owner));
}
