using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wigwag.Program.Local;

/// <summary>What the running server says of itself in <c>server.json</c>, for people and for <c>doctor</c>.</summary>
internal sealed record ServerRecord
{
    public required int Pid { get; init; }

    public required string Version { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required string Socket { get; init; }

    /// <summary>Where it listens for TCP, or null when it listens on the socket alone.</summary>
    public string? Url { get; init; }

    /// <summary>True when a command started it.</summary>
    public bool Background { get; init; }

    /// <summary>Why it does not listen where it should, or null.</summary>
    public string? Note { get; init; }

    public void Write(string path)
    {
        var draft = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        using (var file = new FileStream(draft, options))
        {
            JsonSerializer.Serialize(file, this, ServerRecordJson.Default.ServerRecord);
        }
        File.Move(draft, path, overwrite: true);
    }

    /// <summary>The record, or null when none is there or it cannot be read.</summary>
    public static ServerRecord? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ServerRecordJson.Default.ServerRecord);
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ServerRecord))]
internal sealed partial class ServerRecordJson : JsonSerializerContext;
