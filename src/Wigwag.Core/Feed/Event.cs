using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wigwag.Core.Projects;
using Wigwag.Core.Text;

namespace Wigwag.Core.Feed;

/// <summary>One immutable fact of the log, as a reader sees it.</summary>
public sealed record Event
{
    /// <summary>Place in the log: opaque to clients, ordered for the server that made it.</summary>
    public required long Seq { get; init; }

    [Description("The project whose readers are told.")]
    public required ProjectId Project { get; init; }

    public required DateTimeOffset At { get; init; }

    [Description("A dotted past-tense name, for example message.sent.")]
    [ServerText]
    public required string Kind { get; init; }

    [Description("What it is about: an issue, message or agent id.")]
    [ServerText]
    public required string Subject { get; init; }

    [Description("The agent who caused it; absent when a human or the server did.")]
    [ServerText]
    public string? Agent { get; init; }

    [OthersText]
    public string? Operator { get; init; }

    /// <summary>Agents it concerns beyond the project's readers, and projects all of whose agents it does.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Audience { get; init; } = [];

    [Description("What happened; its shape depends on the kind.")]
    public required JsonElement Fact { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Event))]
public sealed partial class FeedJson : JsonSerializerContext;
