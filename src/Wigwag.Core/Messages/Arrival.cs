using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>What came into a mailbox after a place, all of it or only what wakes its owner.</summary>
/// <param name="Messages">Unread, oldest first.</param>
/// <param name="End">Where to go on: nothing after the place and up to here is missing.</param>
/// <param name="Policy">What was let through, where that was asked.</param>
internal sealed record Arrival(IReadOnlyList<Envelope> Messages, long End, WakePolicy? Policy)
{
    private const int PageSize = 100;

    public static async ValueTask<Arrival> After(Session session, Mailbox mailbox, long after, int limit, bool waking)
    {
        var end = await Inbox.End(session, mailbox);
        if (!waking)
        {
            var page = await Inbox.Arrived(session, mailbox, after, limit);
            return new(page, page.Count == limit ? page[^1].Seq : Math.Max(after, end), null);
        }
        var policy = await WakePolicy.Of(session, mailbox);
        var messages = new List<Envelope>();
        for (var place = after; policy.WakeOn.Count > 0;)
        {
            var page = await Inbox.Arrived(session, mailbox, place, PageSize);
            foreach (var message in page)
            {
                if (await policy.Wakes(session, message, mailbox))
                {
                    messages.Add(message);
                    if (messages.Count == limit)
                    {
                        return new(messages, message.Seq, policy);
                    }
                }
            }
            if (page.Count < PageSize)
            {
                break;
            }
            place = page[^1].Seq;
        }
        return new(messages, Math.Max(after, end), policy);
    }
}
