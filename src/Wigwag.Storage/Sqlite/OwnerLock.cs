using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Wigwag.Core.Store;
using Wigwag.Storage.Files;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// The right to touch a database file: an exclusive lock on <c>FILE.lock</c>, which the kernel releases when its holder dies. The file
/// says which process that is, and stays behind. Since somebody may delete it, the database file itself is locked, too.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream _file;
    private FileStream? _database;

    private OwnerLock(FileStream file) => _file = file;

    /// <exception cref="StoreInUseException">Another process, or another store of this one, holds it.</exception>
    public static OwnerLock Take(string databasePath)
    {
        var path = databasePath + ".lock";
        FileStream file;
        try
        {
            file = PrivateFiles.Open(path, FileMode.OpenOrCreate);
        }
        catch (IOException e) when (e.HResult == WouldBlock || e.HResult == SharingViolation)
        {
            throw new StoreInUseException(databasePath, Holder(path));
        }
        file.SetLength(0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")));
        file.Flush();
        return new(file);
    }

    /// <summary>
    /// Locks the database file, which is there by now. To be called before SQLite opens the file, and disposed after SQLite closed it: when a
    /// process closes any descriptor of a file, it loses the locks that SQLite has on it by another.
    /// </summary>
    /// <exception cref="StoreInUseException">Another process has it.</exception>
    public void TakeDatabase(string databasePath)
    {
        // On a network this lock and SQLite's are one kind, and would shut each other out.
        var isAlone = !IsOnNetwork(databasePath);
        try
        {
            // flock, which takes no notice of SQLite's own locks, nor they of it.
            _database = new FileStream(databasePath, FileMode.Open, FileAccess.ReadWrite, isAlone ? FileShare.None : FileShare.ReadWrite, bufferSize: 0);
        }
        catch (IOException e) when (e.HResult == WouldBlock || e.HResult == SharingViolation)
        {
            throw new StoreInUseException(databasePath, null);
        }
    }

    /// <summary>The database file, once it is taken: for reading what SQLite does not say.</summary>
    public SafeFileHandle Database => _database!.SafeFileHandle;

    public void Dispose()
    {
        _database?.Dispose();
        _file.Dispose();
    }

    private static bool IsOnNetwork(string path) =>
        new DriveInfo(Path.GetDirectoryName(path)!).DriveFormat is var format && (format.StartsWith("nfs", StringComparison.Ordinal)
            || format.StartsWith("smb", StringComparison.Ordinal) || format is "cifs" or "afpfs" or "fuse" or "9p");

    // EWOULDBLOCK of flock: 11 on Linux, 35 on macOS.
    private static readonly int WouldBlock = OperatingSystem.IsMacOS() ? 35 : 11;
    private const int SharingViolation = unchecked((int)0x80070020);

    private static int? Holder(string path) =>
        int.TryParse(PrivateFiles.Peek(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
}
