using Wigwag.Git;

namespace Wigwag.Program.Local;

/// <summary>Files that are there whole or not at all, whenever the machine stops.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a file and keeps its mode; a link stays a link, and what it leads to is written.</summary>
    /// <param name="path">Its folder must be there.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="mode">The mode of a new file, or of this one from now on.</param>
    public static void Write(string path, ReadOnlySpan<byte> bytes, UnixFileMode? mode = null)
    {
        var target = new FileInfo(path).LinkTarget is null ? path : RealPath.Of(path);
        var draft = $"{target}.{Environment.ProcessId}.wigwag";
        var kept = mode ?? (File.Exists(target) ? File.GetUnixFileMode(target) : null);
        try
        {
            // Never wider than it will be, also while it is written.
            using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = kept }))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }
            if (kept is { } was)
            {
                File.SetUnixFileMode(draft, was);
            }
            File.Move(draft, target, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
        Libc.SyncFolder(Path.GetDirectoryName(target)!);
    }
}
