using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>Mail between agents, humans and projects: comments on issues with an envelope.</summary>
public static class MessagesFeature
{
    public static Feature Feature { get; } = new(
        "messages",
        [
            SendMessage.Operation,
            CheckInbox.Operation,
            WaitForMessages.Operation,
            ReadMessage.Operation,
            ShowMessage.Operation,
            ReplyToMessage.Operation,
            TakeMessage.Operation,
            AcknowledgeMessage.Operation,
            GetThread.Operation,
            ListSent.Operation,
            SearchMessages.Operation,
            GetAttachment.Operation,
            ShowWakePolicy.Operation,
            SetWakePolicy.Operation,
            TellNews.Operation,
            NoteDelivery.Operation,
        ],
        MessageEvents.All)
    {
        // deliveries_due
        Running =
        [
            new RunningTime(
                "messages",
                "ack_by",
                $"seq IN (SELECT seq FROM deliveries WHERE {Deadlines.Runs} UNION SELECT seq FROM everyone WHERE {Deadlines.RunsForEveryone})"),
            new RunningTime("deliveries", "ack_by", Deadlines.Runs),
            new RunningTime("uploads", "at", $"at >= @now - {(long)Attachments.Uploads.KeptFor.TotalMilliseconds}"),
            new RunningTime("everyone", "ack_by", Deadlines.RunsForEveryone),
        ],
    };
}
