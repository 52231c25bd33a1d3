using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wigwag.Core.Operations;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Cli;

/// <summary>One command as it waits on disk, whole: what it takes to send it does not depend on anything that may be gone by then.</summary>
/// <param name="Address">The server it is for; null for this user's own.</param>
/// <param name="Agent">As whom it was given, where that was said.</param>
/// <param name="Folder">The working copy it was given in.</param>
/// <param name="At">When it was given.</param>
/// <param name="Call">What is sent.</param>
internal sealed record Kept(string? Address, string? Agent, string? Folder, DateTimeOffset At, Call Call)
{
    /// <summary>The working copy as the server knows it, for when the folder is gone.</summary>
    public string? Workspace { get; init; }

    /// <summary>The command's words, <c>send</c>.</summary>
    public string? Command { get; init; }

    /// <summary>The SHA-256 of each file that it attaches; the bytes lie beside it.</summary>
    public IReadOnlyList<string>? Files { get; init; }

    /// <summary>Why the server would not do it; null while it waits.</summary>
    public KeptRefusal? Refusal { get; init; }

    /// <summary>Its name in the outbox, a number.</summary>
    [JsonIgnore]
    public long Number { get; init; }

    [JsonIgnore]
    public string Id => Number.ToString(CultureInfo.InvariantCulture);

    [JsonIgnore]
    public bool IsRefused => Refusal is not null;

    /// <summary>What its name is followed by in the outbox.</summary>
    public const string Waiting = ".json";
    public const string Refused = ".refused";

    /// <summary>The command that a file of the outbox holds, or null when it cannot be read.</summary>
    public static Kept? Read(string path)
    {
        try
        {
            var kept = JsonSerializer.Deserialize(File.ReadAllBytes(path), OutboxJson.Default.Kept);
            return kept is null || !long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? null
                // One that an earlier version set aside does not say why.
                : kept with { Number = number, Refusal = kept.Refusal ?? (path.EndsWith(Refused, StringComparison.Ordinal) ? new("refused", "invalid", "The server refused it.", "") : null) };
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException)
        {
            return null;
        }
    }

    public byte[] Bytes() => JsonSerializer.SerializeToUtf8Bytes(this, OutboxJson.Default.Kept);
}

/// <summary>What a server said of a kept command that it would not do.</summary>
internal sealed record KeptRefusal(string Code, string Kind, string Message, string Next)
{
    public static KeptRefusal Of(Error error) => new(error.Code, Problems.Name(error.Kind), error.Message, error.Next);

    public Error Error => new(Problems.Kind(Kind, 0), Code, Message, Next);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Kept))]
internal sealed partial class OutboxJson : JsonSerializerContext;
