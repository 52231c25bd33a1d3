using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using Wigwag.Core.Store;
using Wigwag.Storage.Files;

namespace Wigwag.Storage.Backup;

/// <summary>
/// Whole copies of a store in use: the database of one moment and every attachment, with a manifest of checksums, as a folder or
/// as one <c>.tar</c> file.
/// </summary>
public static partial class SqliteBackup
{
    private const string DatabaseName = "wigwag.db";
    private const string BlobsName = "blobs";
    private const string ManifestName = "manifest.json";

    /// <summary>Writes a backup under load; it appears under its name only when it is whole and on the disk.</summary>
    /// <param name="store">The SQLite store to copy.</param>
    /// <param name="blobs">The folder of attachments beside it; may be missing.</param>
    /// <param name="destination">A new folder, or a new file when the name ends in <c>.tar</c>.</param>
    /// <param name="cancel">Gives up and leaves nothing.</param>
    /// <exception cref="IOException">The destination exists, or cannot be written.</exception>
    public static async Task<BackupManifest> Write(IStore store, string blobs, string destination, CancellationToken cancel)
    {
        destination = Path.TrimEndingDirectorySeparator(Path.GetFullPath(destination));
        if (Path.Exists(destination))
        {
            throw new IOException($"{destination} exists; a backup is written to a new place.");
        }
        var staging = $"{destination}.{Guid.NewGuid():n}.partial";
        PrivateFiles.CreateFolder(staging);
        try
        {
            var database = Path.Combine(staging, DatabaseName);
            await store.Backup(database, cancel);
            // The attachments after the database: bytes are on the disk before any row names them.
            var (files, damaged) = await List(blobs, cancel);
            var manifest = new BackupManifest
            {
                Format = BackupManifest.CurrentFormat,
                CreatedAt = store.Clock.GetUtcNow(),
                Files = [new(DatabaseName, new FileInfo(database).Length, await Sha256(database, cancel)), .. files],
                Damaged = damaged,
            };
            await WriteNew(Path.Combine(staging, ManifestName), JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest), cancel);
            if (IsTar(destination))
            {
                await Pack(manifest, staging, blobs, destination, cancel);
            }
            else
            {
                await CopyBlobs(files, blobs, staging, cancel);
                Directory.Move(staging, destination);
                PrivateFiles.SyncFolder(Path.GetDirectoryName(destination)!);
            }
            return manifest;
        }
        finally
        {
            if (Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
            }
        }
    }

    private static bool IsTar(string path) => path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);

    private static async Task<(List<BackupFile> Files, List<string> Damaged)> List(string blobs, CancellationToken cancel)
    {
        List<BackupFile> files = [];
        List<string> damaged = [];
        if (!Directory.Exists(blobs))
        {
            return (files, damaged);
        }
        foreach (var path in Directory.EnumerateFiles(blobs, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = $"{BlobsName}/{Path.GetRelativePath(blobs, path).Replace('\\', '/')}";
            if (ContentOf(name) is not { } content)
            {
                continue; // unfinished uploads
            }
            if (await Sha256(path, cancel) == content)
            {
                files.Add(new(name, new FileInfo(path).Length, content));
            }
            else
            {
                damaged.Add(content);
            }
        }
        return (files, damaged);
    }

    /// <summary>The checksum that an attachment's name within a backup states, or null when it is no such name.</summary>
    private static string? ContentOf(string name) => name.Split('/') is [BlobsName, { Length: 2 } shelf, { Length: 62 } rest]
        && (shelf + rest).All(char.IsAsciiHexDigitLower) ? shelf + rest : null;

    private static async Task CopyBlobs(List<BackupFile> files, string blobs, string staging, CancellationToken cancel)
    {
        foreach (var file in files)
        {
            var target = Path.Combine(staging, file.Path);
            PrivateFiles.CreateFolder(Path.GetDirectoryName(target)!);
            await Copy(SourceOf(file, blobs), target, cancel);
        }
        foreach (var folder in Directory.EnumerateDirectories(staging, "*", SearchOption.AllDirectories).Append(staging))
        {
            PrivateFiles.SyncFolder(folder);
        }
    }

    private static async Task Pack(BackupManifest manifest, string staging, string blobs, string destination, CancellationToken cancel)
    {
        var partial = Path.Combine(staging, "backup.tar");
        await using (var file = PrivateFiles.Open(partial, FileMode.CreateNew))
        {
            await using (var tar = new TarWriter(file, TarEntryFormat.Pax, leaveOpen: true))
            {
                await Add(tar, ManifestName, Path.Combine(staging, ManifestName), cancel);
                foreach (var entry in manifest.Files)
                {
                    await Add(tar, entry.Path, entry.Path == DatabaseName ? Path.Combine(staging, DatabaseName) : SourceOf(entry, blobs), cancel);
                }
            }
            file.Flush(flushToDisk: true);
        }
        PrivateFiles.Publish(partial, destination);
    }

    private static async Task Add(TarWriter tar, string name, string path, CancellationToken cancel)
    {
        await using var content = PrivateFiles.Open(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = PrivateFiles.FileMode }, cancel);
    }

    private static string SourceOf(BackupFile file, string blobs) => Path.Combine(blobs, file.Path[(BlobsName.Length + 1)..]);

    private static async Task Copy(string source, string target, CancellationToken cancel)
    {
        await using var from = PrivateFiles.Open(source, FileMode.Open, FileAccess.Read, FileShare.Read);
        await using var to = PrivateFiles.Open(target, FileMode.CreateNew);
        await from.CopyToAsync(to, cancel);
        to.Flush(flushToDisk: true);
    }

    private static async Task WriteNew(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await using var file = PrivateFiles.Open(path, FileMode.CreateNew);
        await file.WriteAsync(bytes, cancel);
        file.Flush(flushToDisk: true);
    }

    private static async Task<string> Sha256(string path, CancellationToken cancel)
    {
        await using var file = PrivateFiles.Open(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel));
    }
}
