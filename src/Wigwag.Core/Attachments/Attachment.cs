using System.ComponentModel;
using Wigwag.Core.Text;

namespace Wigwag.Core.Attachments;

/// <summary>A file that a message carries.</summary>
public sealed record Attachment
{
    [OthersText]
    public required string Name { get; init; }

    [Description("The SHA-256 of its bytes.")]
    public required ContentId ContentId { get; init; }

    public required long SizeBytes { get; init; }

    [Description("Found from the bytes, not from the name.")]
    [ServerText]
    public required string MediaType { get; init; }
}

/// <summary>A file as a request gives it: a name, and its content in exactly one of three ways.</summary>
public sealed record AttachmentInput
{
    [Description("A file name without folders, for example trace.txt.")]
    public required string Name { get; init; }

    [Description("The content_id of bytes that you uploaded within a day, or that a message which you reach carries.")]
    public ContentId? ContentId { get; init; }

    [Description("The content as text.")]
    public string? Text { get; init; }

    [Description("The content as base64.")]
    public string? Base64 { get; init; }

    /// <summary>What is known of the content once it is kept.</summary>
    internal Blob? Kept { get; init; }
}
