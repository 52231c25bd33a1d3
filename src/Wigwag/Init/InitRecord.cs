using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wigwag.Git;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;

namespace Wigwag.Program.Init;

/// <summary>What <c>wigwag init</c> put into one file, so that it can be taken out to the byte.</summary>
internal sealed record FileRecord
{
    public required string Path { get; init; }

    public required string Client { get; init; }

    /// <summary>True when the file was not there before.</summary>
    public bool Created { get; init; }

    /// <summary>The folders that were made for it, outermost first.</summary>
    public IReadOnlyList<string>? Folders { get; init; }

    /// <summary>SHA-256 of the file as it was written.</summary>
    public required string Written { get; init; }

    public required IReadOnlyList<Insertion> Insertions { get; init; }

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <summary>
/// What <c>wigwag init</c> did in a working copy. It lies in git's own folder, where git tracks nothing, and holds only what was put in:
/// nothing of what the files held before.
/// </summary>
internal sealed record InitRecord
{
    private const int MaxBytes = 4 << 20;

    public IReadOnlyList<FileRecord> Files { get; init; } = [];

    /// <summary>The server whose hooks are called by HTTP, or null.</summary>
    public string? Http { get; init; }

    public FileRecord? Of(string path) => Files.FirstOrDefault(file => file.Path == path);

    public static InitRecord Read(Workspace workspace)
    {
        if (!PlainFile.Read(FileOf(workspace), MaxBytes, RealPath.Of(workspace.GitDir)).Try(out var bytes, out var error))
        {
            throw new Refusal(error);
        }
        try
        {
            return bytes is null ? new() : JsonSerializer.Deserialize(bytes, InitRecordJson.Default.InitRecord) ?? new();
        }
        catch (JsonException)
        {
            // Without it the entries are found by what they say.
            return new();
        }
    }

    public void Write(Workspace workspace)
    {
        var file = FileOf(workspace);
        var folder = System.IO.Path.GetDirectoryName(file)!;
        if (Files.Count == 0)
        {
            if (!Directory.Exists(folder))
            {
                return;
            }
            File.Delete(file);
            if (!Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
            return;
        }
        Directory.CreateDirectory(folder);
        AtomicFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(this, InitRecordJson.Default.InitRecord), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static string FileOf(Workspace workspace) => System.IO.Path.Combine(workspace.GitDir, "wigwag", "init.json");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(InitRecord))]
internal sealed partial class InitRecordJson : JsonSerializerContext;
