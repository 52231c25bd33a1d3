using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

public sealed record WaitForMessagesRequest
{
    [Option("in")]
    [Description("The project whose inbox it is; left out, your own.")]
    public string? Project { get; init; }

    [Option("project")]
    [Description("Only what is sent to the project.")]
    public bool ProjectOnly { get; init; }

    [Description("The after of a page or of the wait before: what arrived since then counts. Left out, what arrives from now on.")]
    public string? After { get; init; }

    [Description("Return at once when something older is unread, too.")]
    public bool Unread { get; init; }

    [Description("Only what your wake policy lets wake you; see show_wake_policy. For clients that deliver it into a session and then call note_delivery.")]
    public bool Waking { get; init; }

    [Description("Seconds to wait, 0 to 300; default 30.")]
    public int? Timeout { get; init; }

    [Description("How many messages at most, 1 to 100; default 20.")]
    public int? Limit { get; init; }

    [Description("How you put what arrives into a session, which the senders are told; wait when left out, and nothing with waking.")]
    public DeliveryRoute? Via { get; init; }

    /// <summary>Where the mailbox ended when the wait began; the same wait looks several times.</summary>
    internal StrongBox<long?> Begun { get; } = new();
}

/// <summary>What arrived while somebody waited.</summary>
public sealed record Arrivals
{
    [Description("Oldest first; empty when nothing arrived in time.")]
    public required IReadOnlyList<Envelope> Messages { get; init; }

    public required UnreadCounts Counts { get; init; }

    [Description("With waking: how long to gather what follows before it is told, in seconds.")]
    public int? GatherSeconds { get; init; }

    /// <summary>How it came into a session; null while whoever waited has still to put it there.</summary>
    [JsonIgnore]
    internal DeliveryRoute? Via { get; init; }

    [Description("Give it as after to the next wait, so that nothing is missed between the two.")]
    [ServerText]
    public required string After { get; init; }
}

/// <summary>Waits until a message arrives.</summary>
public static class WaitForMessages
{
    private const int DefaultSeconds = 30;

    public static readonly Operation<WaitForMessagesRequest, Arrivals> Operation = new()
    {
        Name = "wait_for_messages",
        Title = "Wait for messages",
        Description =
            "Returns as soon as a new message arrives for you or your project, or after timeout seconds with none. Use it when you asked " +
            "somebody who is online and have nothing else to do. Give the after of check_inbox or of the wait before, and nothing is missed in between.",
        Effect = Effect.Query,
        Http = "GET /v1/projects/{project}/inbox/wait",
        Cli = "wait",
        Example = "wigwag wait --timeout 0",
        Role = Role.Reader,
        Json = MessagesJson.Default,
        Negative = new(Outcome.Nothing, "nothing arrives in time", answer => answer.Messages.Count == 0),
        Handler = (session, request, _) => Look(session, request),
        WaitsFor = request => TimeSpan.FromSeconds(Math.Clamp(request.Timeout ?? DefaultSeconds, 0, MessageLimits.LongestWait.TotalSeconds)),
        Until = arrivals => arrivals.Messages.Count > 0,
        // Who waits for what wakes has still to put it into a session, and notes that itself when it is there.
        Gives = arrivals => arrivals.Via is not null && arrivals.Messages.Any(Deliveries.IsNew),
        Given = (session, arrivals) => Deliveries.MarkDelivered(session, arrivals.Messages, arrivals.Via!.Value),
    };

    private static async ValueTask<Result<Arrivals>> Look(Session session, WaitForMessagesRequest request)
    {
        if (request.Timeout is { } seconds && (seconds < 0 || seconds > MessageLimits.LongestWait.TotalSeconds))
        {
            return Error.Invalid("bad_timeout", $"A wait takes 0 to {MessageLimits.LongestWait.TotalSeconds} seconds, not {seconds}.", "Wait again for longer.");
        }
        await session.Horizon(); // first, for the place to go on from
        if (!(await Mailbox.Asked(session, request.Project, request.ProjectOnly)).Try(out var mailbox, out var error) ||
            !MessageLimits.Page(request.Limit).Try(out var limit, out error) ||
            !(await Cursor.Read(session, request.After, 'a', 0)).Try(out var after, out error))
        {
            return error;
        }
        var from = request.Unread ? 0 : request.After is not null ? after[0] : request.Begun.Value ??= await Inbox.End(session, mailbox);
        var arrived = await Arrival.After(session, mailbox, from, limit, request.Waking);
        return new Arrivals
        {
            Messages = arrived.Messages,
            Counts = await Inbox.Counts(session, mailbox),
            GatherSeconds = arrived.Policy?.GatherSeconds,
            Via = request.Via ?? (request.Waking ? null : DeliveryRoute.Wait),
            After = Cursor.Of('a', arrived.End),
        };
    }
}
