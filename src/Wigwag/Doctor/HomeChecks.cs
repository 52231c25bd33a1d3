using System.Globalization;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Doctor;

/// <summary>The state on disk: is it there, is it this user's alone, is there room.</summary>
internal static class HomeChecks
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const long LittleSpace = 100 << 20;

    public static IEnumerable<Finding> Run(Home home)
    {
        if (!Directory.Exists(home.Root))
        {
            yield return Finding.Ok("home", $"{home.Root} is not there yet; the first command makes it.");
            yield break;
        }
        yield return Writable(home.Root);
        foreach (var path in (string[])[home.Root, .. Directory.EnumerateFileSystemEntries(home.Root)])
        {
            // A file may go meanwhile.
            if (Path.Exists(path) && (File.GetUnixFileMode(path) & Others) != 0)
            {
                yield return Open(path);
            }
        }
        var drive = new DriveInfo(home.Root);
        var free = string.Create(CultureInfo.InvariantCulture, $"{drive.AvailableFreeSpace >> 20} MiB are free.");
        yield return drive.AvailableFreeSpace < LittleSpace
            ? Finding.Warning("space", free, "Free some space; on a full disk commands are refused.")
            : Finding.Ok("space", free);
        if (File.Exists(home.Database) && File.GetLastWriteTimeUtc(home.Database) > DateTime.UtcNow.AddMinutes(2))
        {
            yield return Finding.Warning("clock", $"The database was written in the future: this machine's clock says {DateTime.UtcNow:u}.", "Set the clock; deadlines and leases go by it.");
        }
        else
        {
            yield return Finding.Ok("clock", $"This machine's clock says {DateTime.UtcNow:u}.");
        }
        if (Outbox(home) is { } outbox)
        {
            yield return outbox;
        }
        if (File.Exists(home.Socket) && !new LocalServer(home.Socket).Listens())
        {
            yield return Finding.Warning("socket", $"{home.Socket} was left by a server that was killed.", "The next server removes it, or --fix does.") with
            {
                Fix = () => RemoveStale(home),
            };
        }
    }

    private static Finding Writable(string folder)
    {
        try
        {
            var probe = Path.Combine(folder, ".doctor");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return Finding.Ok("home", $"{folder} can be written.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Finding.Error("home", $"{folder} cannot be written: {e.Message}", "Make it yours (chown), or set WIGWAG_HOME to another directory.");
        }
    }

    private static Finding Open(string path)
    {
        var isFolder = Directory.Exists(path);
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | (isFolder ? UnixFileMode.UserExecute : UnixFileMode.None);
        return Finding.Error("permissions", $"{path} is open to other users.", $"chmod {(isFolder ? "700" : "600")} '{path}', or --fix.") with
        {
            Fix = () => File.SetUnixFileMode(path, mode),
        };
    }

    private static Finding? Outbox(Home home)
    {
        if (!Directory.Exists(home.Outbox))
        {
            return null;
        }
        var (commands, unreadable) = Cli.Outbox.Of(home).All();
        var refused = commands.Count(kept => kept.IsRefused);
        var waiting = commands.Count - refused;
        return unreadable.Count > 0 ? Finding.Warning("outbox", $"{unreadable[0]} cannot be read as a kept command.", "Move it away; what it was is to be given again.")
            : refused > 0 ? Finding.Warning("outbox", $"{refused} of the commands that were kept for a server were refused by it.", "See 'wigwag outbox', then send or drop them.")
            : Finding.Ok("outbox", waiting == 0 ? "Nothing waits to be sent." : $"{waiting} {(waiting == 1 ? "command waits" : "commands wait")} for their server; see 'wigwag outbox'.");
    }

    // Only under the lock, so that it is nobody's.
    private static void RemoveStale(Home home)
    {
        using var owned = FileLock.Take(home.ServerLock, TimeSpan.Zero);
        if (owned is not null)
        {
            File.Delete(home.Socket);
        }
    }
}
