using System.Text.Json.Serialization;

namespace Wigwag.Storage.Backup;

/// <summary>What a backup holds, and how to tell that it is whole: <c>manifest.json</c> in it.</summary>
public sealed record BackupManifest
{
    public const int CurrentFormat = 1;

    /// <summary>Of this manifest; a program refuses one it does not know.</summary>
    public required int Format { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Every file beside the manifest.</summary>
    public required IReadOnlyList<BackupFile> Files { get; init; }

    /// <summary>Attachments whose bytes on the server no longer match their name; they were left out.</summary>
    public required IReadOnlyList<string> Damaged { get; init; }
}

/// <param name="Path">Within the backup: <c>wigwag.db</c>, or <c>blobs/ab/cdef…</c>.</param>
/// <param name="SizeBytes">How long.</param>
/// <param name="Sha256">Of its bytes, lower-case hexadecimal.</param>
public sealed record BackupFile(string Path, long SizeBytes, string Sha256);

/// <summary>What a restore did.</summary>
/// <param name="Manifest">Of the backup.</param>
/// <param name="Previous">Where the database that was there before is kept, or null when there was none.</param>
public sealed record Restored(BackupManifest Manifest, string? Previous);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
