using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>
/// Watches acknowledgements: past its deadline, a message's sender and their operator are told, once. The telling, the note that it was
/// told and the event are one transaction, so neither a crash nor a second server tells twice. It sleeps until the next deadline, or
/// until a commit that may have set an earlier one.
/// </summary>
public sealed class Deadlines(IStore store)
{
    private sealed record Told(int Messages);

    private sealed record Due(DateTimeOffset At);

    private const int Batch = 100;

    /// <summary>The condition of deliveries whose deadline is to come.</summary>
    internal const string Runs = "is_owed = 1 AND overdue_at IS NULL AND ack_by > @now";

    /// <summary>The same of messages to everyone.</summary>
    internal const string RunsForEveryone = "overdue_at IS NULL AND ack_by > @now";

    /// <summary>Runs until cancelled.</summary>
    public Task Run(CancellationToken cancel) => Watch.Run(store, Look, cancel);

    /// <summary>Tells of what is past its deadline now, oldest first, at most a hundred messages; how many.</summary>
    public async Task<int> Tell(CancellationToken cancel) =>
        (await store.Write<Told>(Caller.System, async (session, _) => await Overdue(session), cancel)).Value.Messages;

    private async Task<DateTimeOffset?> Look(CancellationToken cancel)
    {
        // deliveries_due, everyone_due
        var next = await store.Read<Due>(
            Caller.System,
            async (session, _) => await session.Scalar(
                """
                SELECT MIN(n.ack_by) FROM (
                  SELECT MIN(d.ack_by) AS ack_by FROM deliveries d WHERE d.is_owed = 1 AND d.overdue_at IS NULL
                  UNION ALL SELECT MIN(e.ack_by) AS ack_by FROM everyone e WHERE e.overdue_at IS NULL AND e.ack_by IS NOT NULL) n
                """) is { } at
                ? new Due(DateTimeOffset.FromUnixTimeMilliseconds(at))
                : new Due(DateTimeOffset.MaxValue),
            cancel);
        if (next.Value.At > store.Clock.GetUtcNow())
        {
            return next.Value.At;
        }
        await Tell(cancel);
        return null;
    }

    private static async ValueTask<Told> Overdue(Session session)
    {
        // deliveries_due, everyone_due; those of one message are due together.
        var due = await session.Query(
            """
            SELECT d.seq FROM deliveries d WHERE d.is_owed = 1 AND d.overdue_at IS NULL AND d.ack_by <= @now
            UNION
            SELECT e.seq FROM everyone e WHERE e.overdue_at IS NULL AND e.ack_by <= @now
            ORDER BY seq LIMIT @limit
            """,
            row => row.Number("seq"),
            ("now", session.Now),
            ("limit", (long)Batch));
        foreach (var seq in due)
        {
            await Escalate(session, seq);
        }
        return new(due.Count);
    }

    private static async ValueTask Escalate(Session session, long seq)
    {
        var late = await session.Query(
            """
            UPDATE deliveries SET overdue_at = @now
            WHERE seq = @seq AND is_owed = 1 AND overdue_at IS NULL
            RETURNING project, recipient
            """,
            row => row.Text("recipient") == Mailbox.Everyone ? row.Text("project") : row.Text("recipient"),
            ("now", session.Now),
            ("seq", seq));
        long more = 0;
        if (await Everyone.Of(session, seq) is { AckBy: not null, OverdueAt: null } everyone)
        {
            await session.Execute("UPDATE everyone SET overdue_at = @now WHERE seq = @seq", ("now", session.Now), ("seq", seq));
            var named = await everyone.Named(session, lateOnly: true);
            late.AddRange(named.Select(receipt => receipt.Recipient));
            more = everyone.Recipients - (await everyone.Counts(session)).Acked!.Value - named.Count;
        }
        if (late.Count == 0)
        {
            return; // everyone acknowledged it
        }
        var (message, _) = (await session.Query(
            $"SELECT {MessageRows.Whole} FROM messages m WHERE m.seq = @seq", MessageRows.Read, ("seq", seq)))[0];
        late.Sort(StringComparer.Ordinal);
        var told = await Concerned(session, message);
        await session.Append(
            MessageEvents.Overdue,
            message.Project,
            message.MessageId.Value,
            new(message.MessageId, message.ThreadId, late, message.AckBy!.Value) { More = more > 0 ? more : null },
            [.. told.Select(recipient => recipient.Written)]);
        var subject = $"Not acknowledged: {message.Subject}";
        var posted = await MessageBook.Post(session, new()
        {
            To = told,
            Home = message.Project,
            Issue = message.IssueId,
            Thread = message.ThreadId,
            Subject = subject.Length <= MessageLimits.SubjectCharacters ? subject : subject[..(MessageLimits.SubjectCharacters - 1)] + "…",
            Body =
                $"""
                The {message.Category.Text()} {message.MessageId} was to be acknowledged by {message.AckBy:u}. Not acknowledged by: {string.Join(", ", late)}{(more > 0 ? $" and {more} more" : "")}.

                Ask whether they are there, send it to somebody else, or go on without.
                """,
            ReplyTo = message.MessageId,
        });
        if (posted.Error is { } error)
        {
            throw new InvalidOperationException($"The escalation of {message.MessageId} was refused: {error.Message}");
        }
    }

    private static async ValueTask<List<Recipient>> Concerned(Session session, Message message)
    {
        var told = new List<Recipient>();
        if (message.From.Agent is { } id && await AgentRegistry.Any(session, id) is { } agent)
        {
            told.Add(Recipient.Of(id, agent.Project));
        }
        if (Operators.Key(message.From.Operator) is { } human)
        {
            told.Add(Recipient.Human(human));
        }
        return told;
    }
}
