using System.Globalization;
using Wigwag.Core.Store;
using Wigwag.Storage.Files;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// The right to touch a database file: an exclusive lock on <c>FILE.lock</c>, which the kernel releases when its holder dies. The file
/// says which process that is, and stays behind.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream _file;

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

    public void Dispose() => _file.Dispose();

    // EWOULDBLOCK of flock: 11 on Linux, 35 on macOS.
    private static readonly int WouldBlock = OperatingSystem.IsMacOS() ? 35 : 11;
    private const int SharingViolation = unchecked((int)0x80070020);

    private static int? Holder(string path) =>
        int.TryParse(PrivateFiles.Peek(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
}
