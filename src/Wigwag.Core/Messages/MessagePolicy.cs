namespace Wigwag.Core.Messages;

/// <summary>What a server's configuration decides about messages.</summary>
public sealed record MessagePolicy
{
    /// <summary>In force; set once, by the program, before it serves.</summary>
    public static MessagePolicy Current { get; set; } = new();

    /// <summary>How long recipients of a HANDOFF or BLOCKED have when its sender does not say.</summary>
    public TimeSpan AckWithin { get; init; } = TimeSpan.FromMinutes(30);

    public long AttachmentLimitBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>All attachments of one message together.</summary>
    public long AttachmentsLimitBytes { get; init; } = 25 * 1024 * 1024;

    public int BodyLimitBytes { get; init; } = 256 * 1024;
}
