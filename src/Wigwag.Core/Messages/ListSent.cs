using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

public sealed record ListSentRequest
{
    [Description("The next_cursor of the page before.")]
    public string? Cursor { get; init; }

    [Description("How many, 1 to 100; default 20.")]
    public int? Limit { get; init; }
}

/// <summary>A page of what somebody sent, newest first.</summary>
public sealed record SentPage
{
    public required IReadOnlyList<Envelope> Messages { get; init; }

    [Description("Give it as cursor to get the next page; absent on the last one.")]
    [ServerText]
    public string? NextCursor { get; init; }
}

/// <summary>Lists what the caller sent and how far it came.</summary>
public static class ListSent
{
    public static readonly Operation<ListSentRequest, SentPage> Operation = new()
    {
        Name = "list_sent",
        Title = "List sent messages",
        Description = "Lists the messages you sent, newest first, and for each recipient whether it is unread, read or acknowledged and who took it.",
        Effect = Effect.Query,
        Http = "GET /v1/sent",
        Cli = "sent",
        Example = "wigwag sent",
        Toolset = "messages",
        Json = MessagesJson.Default,
        Handler = (session, request, _) => List(session, request),
    };

    private static async ValueTask<Result<SentPage>> List(Session session, ListSentRequest request)
    {
        if (!(await Speaker.Of(session)).Try(out var speaker, out var error) ||
            !MessageLimits.Page(request.Limit).Try(out var limit, out error) ||
            !(await Cursor.Read(session, request.Cursor, 's', Inbox.Newest)).Try(out var before, out error))
        {
            return error;
        }
        // messages_by_sender
        var rows = await session.Query(
            $"SELECT {MessageRows.Line} FROM messages m WHERE m.sender = @sender AND m.seq < @before ORDER BY m.seq DESC LIMIT @limit",
            MessageRows.Read,
            ("sender", speaker.Key),
            ("before", before[0]),
            ("limit", (long)limit + 1));
        var page = new List<Envelope>();
        foreach (var message in await MessageRows.WithFiles(session, rows.Take(limit)))
        {
            page.Add(MessageRows.Shorten(await Deliveries.WithReceipts(session, message, Mailbox.Of(session.Caller))));
        }
        return new SentPage { Messages = page, NextCursor = rows.Count > limit ? Cursor.Of('s', page[^1].Seq) : null };
    }
}
