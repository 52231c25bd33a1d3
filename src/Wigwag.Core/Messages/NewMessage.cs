using Wigwag.Core.Attachments;
using Wigwag.Core.Issues;
using Wigwag.Core.Projects;

namespace Wigwag.Core.Messages;

/// <summary>A message before it is posted; <see cref="MessageBook.Post"/> checks it and adds who sends it, and when.</summary>
public sealed record NewMessage
{
    /// <summary>Nobody, for a comment that only the thread keeps; otherwise each once.</summary>
    public required IReadOnlyList<Recipient> To { get; init; }

    /// <summary>The project that keeps the thread.</summary>
    public required ProjectId Home { get; init; }

    public IssueId? Issue { get; init; }

    /// <summary>Null for the issue's thread, or for one that this message begins.</summary>
    public ThreadId? Thread { get; init; }

    public MessageCategory Category { get; init; } = MessageCategory.Info;

    public required string Subject { get; init; }

    public string Body { get; init; } = "";

    public IReadOnlyList<AttachmentInput> Attachments { get; init; } = [];

    public string? Action { get; init; }

    public Urgency? Urgency { get; init; }

    /// <summary>An agent's id or a project's, known to exist.</summary>
    public string? NextOwner { get; init; }

    /// <summary>Asks for an acknowledgement within this time; null for what the category asks.</summary>
    public TimeSpan? AckWithin { get; init; }

    public MessageId? ReplyTo { get; init; }
}
