using System.Text.Json.Serialization;

namespace Wigwag.Core.Messages;

/// <summary>What a message is for. HANDOFF and BLOCKED must be acknowledged.</summary>
public enum MessageCategory
{
    /// <summary>Work passes to a next owner, with its state and the next action.</summary>
    [JsonStringEnumMemberName("HANDOFF")]
    Handoff,
    /// <summary>The sender cannot go on until somebody does something.</summary>
    [JsonStringEnumMemberName("BLOCKED")]
    Blocked,
    /// <summary>A decision and its reason.</summary>
    [JsonStringEnumMemberName("DECISION")]
    Decision,
    /// <summary>Context that blocks nobody.</summary>
    [JsonStringEnumMemberName("INFO")]
    Info,
    /// <summary>A question or a wish.</summary>
    [JsonStringEnumMemberName("REQUEST")]
    Request,
}

/// <summary>How soon the requested action is needed.</summary>
public enum Urgency
{
    [JsonStringEnumMemberName("low")]
    Low,
    [JsonStringEnumMemberName("normal")]
    Normal,
    [JsonStringEnumMemberName("high")]
    High,
    [JsonStringEnumMemberName("critical")]
    Critical,
}

/// <summary>How far a recipient has come with a message; it only moves forward.</summary>
public enum MessageState
{
    [JsonStringEnumMemberName("unread")]
    Unread,
    [JsonStringEnumMemberName("read")]
    Read,
    [JsonStringEnumMemberName("acked")]
    Acked,
}

/// <summary>How far a message came on its way to one recipient; it only moves forward.</summary>
public enum DeliveryStage
{
    /// <summary>On disk; nothing of it has been in a session of the recipient.</summary>
    [JsonStringEnumMemberName("stored")]
    Stored,
    /// <summary>Put into a session of the recipient, which has not opened it.</summary>
    [JsonStringEnumMemberName("delivered")]
    Delivered,
    [JsonStringEnumMemberName("read")]
    Read,
    [JsonStringEnumMemberName("acked")]
    Acked,
}

/// <summary>How a message came into a session.</summary>
public enum DeliveryRoute
{
    /// <summary>Written to the agent's client, which does not confirm that its model saw it.</summary>
    [JsonStringEnumMemberName("channel")]
    Channel,
    /// <summary>Told by a hook of the agent's client.</summary>
    [JsonStringEnumMemberName("hook")]
    Hook,
    /// <summary>Given to somebody who waited.</summary>
    [JsonStringEnumMemberName("wait")]
    Wait,
    /// <summary>Listed in the inbox.</summary>
    [JsonStringEnumMemberName("inbox")]
    Inbox,
    /// <summary>Opened.</summary>
    [JsonStringEnumMemberName("read")]
    Read,
}

/// <summary>The words of the envelope as rows and people know them.</summary>
internal static class Words
{
    public static string Text(this MessageCategory category) => category.ToString().ToUpperInvariant();

    public static string Text(this Urgency urgency) => urgency.ToString().ToLowerInvariant();

    public static string Text(this MessageState state) => state.ToString().ToLowerInvariant();

    public static string Text(this DeliveryRoute route) => route.ToString().ToLowerInvariant();

    /// <summary>The member of that name in any case; null for anything else, numbers too.</summary>
    public static T? Parse<T>(string? text)
        where T : struct, Enum =>
        text is { Length: > 0 } && char.IsAsciiLetter(text[0]) && Enum.TryParse<T>(text, ignoreCase: true, out var word) ? word : null;

    /// <summary>The member that a row holds.</summary>
    public static T Row<T>(string text)
        where T : struct, Enum => Parse<T>(text) ?? throw new FormatException($"No {typeof(T).Name}: '{text}'.");
}
