using System.Text.Json.Serialization;
using Wigwag.Core.Issues;

namespace Wigwag.Core.Messages;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Envelope))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(MessageDelivered))]
[JsonSerializable(typeof(MessageRead))]
[JsonSerializable(typeof(MessageAcked))]
[JsonSerializable(typeof(MessageTaken))]
[JsonSerializable(typeof(MessageOverdue))]
[JsonSerializable(typeof(SendMessageRequest))]
[JsonSerializable(typeof(CommentIssueRequest))]
[JsonSerializable(typeof(CheckInboxRequest))]
[JsonSerializable(typeof(InboxPage))]
[JsonSerializable(typeof(WaitForMessagesRequest))]
[JsonSerializable(typeof(Arrivals))]
[JsonSerializable(typeof(ListSentRequest))]
[JsonSerializable(typeof(SentPage))]
[JsonSerializable(typeof(MessageReference))]
[JsonSerializable(typeof(ReplyToMessageRequest))]
[JsonSerializable(typeof(GetThreadRequest))]
[JsonSerializable(typeof(ThreadPage))]
[JsonSerializable(typeof(SearchMessagesRequest))]
[JsonSerializable(typeof(SearchPage))]
[JsonSerializable(typeof(ShowWakePolicyRequest))]
[JsonSerializable(typeof(SetWakePolicyRequest))]
[JsonSerializable(typeof(WakePolicy))]
[JsonSerializable(typeof(TellNewsRequest))]
[JsonSerializable(typeof(News))]
[JsonSerializable(typeof(NoteDeliveryRequest))]
[JsonSerializable(typeof(DeliveryNote))]
[JsonSerializable(typeof(GetAttachmentRequest))]
[JsonSerializable(typeof(AttachmentContent))]
public sealed partial class MessagesJson : JsonSerializerContext;
