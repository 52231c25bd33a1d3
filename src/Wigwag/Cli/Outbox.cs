using System.Globalization;
using Wigwag.Core.Operations;
using Wigwag.Program.Local;

namespace Wigwag.Program.Cli;

/// <summary>
/// Commands that wait for a server out of reach, one file each, in the order in which they were given. A file goes only after the server
/// has answered, and the command's own idempotency key makes a repeat harmless. What a server refuses stays, with the reason, until
/// somebody has seen to it.
/// </summary>
internal sealed class Outbox
{
    /// <summary>How many commands may wait, and how much they may take with what they attach.</summary>
    public const int MostCommands = 1000;
    public const long MostBytes = 256L << 20;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Home _home;
    private readonly string _folder;

    private Outbox(Home home) => (_home, _folder) = (home, home.Outbox);

    public static Outbox Of(Home home) => new(home);

    /// <summary>True when no command waits to be sent.</summary>
    public bool IsEmpty => !Directory.Exists(_folder) || !Names(Kept.Waiting).Any();

    /// <summary>How many commands were refused and not dropped since.</summary>
    public int RefusedCount => Directory.Exists(_folder) ? Names(Kept.Refused).Count() : 0;

    /// <summary>Everything in it, oldest first; what cannot be read is told by its file's name.</summary>
    public (List<Kept> Commands, List<string> Unreadable) All()
    {
        var (commands, unreadable) = (new List<Kept>(), new List<string>());
        foreach (var path in Directory.Exists(_folder) ? Names(Kept.Waiting).Concat(Names(Kept.Refused)) : [])
        {
            if (Kept.Read(path) is { } kept)
            {
                commands.Add(kept);
            }
            else if (File.Exists(path))
            {
                unreadable.Add(path);
            }
        }
        return ([.. commands.OrderBy(kept => kept.Number)], unreadable);
    }

    /// <summary>Keeps a command and what it attaches; all of it is on disk when this returns.</summary>
    /// <returns>Its name in the outbox.</returns>
    public string Keep(Kept kept, IReadOnlyCollection<AttachedFile> files)
    {
        // A folder that is made on the way to another has the mode that everyone's has.
        _home.Create();
        Directory.CreateDirectory(_folder, Private | UnixFileMode.UserExecute);
        using var turn = Take("lock");
        RemoveLeftovers();
        var bytes = (kept with { Files = files.Count == 0 ? null : [.. files.Select(file => file.ContentId)] }).Bytes();
        RefuseWhenFull(bytes.Length + files.Sum(file => (long)file.Bytes.Length));
        var number = Names(Kept.Waiting).Concat(Names(Kept.Refused)).Select(NumberOf).DefaultIfEmpty().Max() + 1;
        foreach (var file in files)
        {
            AtomicFile.Write(FileOf(number, file.ContentId), file.Bytes, Private);
        }
        AtomicFile.Write(PathOf(number, Kept.Waiting), bytes, Private);
        return number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The bytes of a file that a kept command attaches.</summary>
    public byte[] Content(Kept kept, string contentId) => File.ReadAllBytes(FileOf(kept.Number, contentId));

    /// <summary>The one who may send and remove; null when another command is at it for longer than is worth waiting for.</summary>
    public FileStream? TakeTurn() => FileLock.Take(Path.Combine(_folder, "sending"), Patience);

    /// <summary>Removes a command that was done or is not wanted any more. Only in one's turn.</summary>
    public void Remove(Kept kept)
    {
        File.Delete(PathOf(kept.Number, kept.IsRefused ? Kept.Refused : Kept.Waiting));
        foreach (var file in kept.Files ?? [])
        {
            File.Delete(FileOf(kept.Number, file));
        }
    }

    /// <summary>Sets a command aside with what the server said of it. Only in one's turn.</summary>
    public void SetAside(Kept kept, Error error)
    {
        AtomicFile.Write(PathOf(kept.Number, Kept.Refused), (kept with { Refusal = KeptRefusal.Of(error) }).Bytes(), Private);
        File.Delete(PathOf(kept.Number, Kept.Waiting));
    }

    /// <summary>Lets a command that was refused wait again. Only in one's turn.</summary>
    public Kept Requeue(Kept kept)
    {
        var waiting = kept with { Refusal = null, At = DateTimeOffset.UtcNow };
        AtomicFile.Write(PathOf(kept.Number, Kept.Waiting), waiting.Bytes(), Private);
        File.Delete(PathOf(kept.Number, Kept.Refused));
        return waiting;
    }

    public static Refusal Busy() =>
        new(Error.Unavailable("outbox_busy", "Another command has been sending what the outbox holds for too long.", "Try again."));

    private FileStream Take(string name) => FileLock.Take(Path.Combine(_folder, name), Patience) ?? throw Busy();

    private IEnumerable<string> Names(string extension) => Directory.EnumerateFiles(_folder, $"*{extension}").Order(StringComparer.Ordinal);

    private static long NumberOf(string path) =>
        long.TryParse(Path.GetFileName(path).Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private string PathOf(long number, string extension) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{number:d12}{extension}"));

    private string FileOf(long number, string contentId) => PathOf(number, $".{contentId}.file");

    private void RefuseWhenFull(long bytes)
    {
        var taken = Directory.EnumerateFiles(_folder).Sum(file => new FileInfo(file) is { Exists: true } info ? info.Length : 0);
        var count = Names(Kept.Waiting).Concat(Names(Kept.Refused)).Count();
        if (count >= MostCommands || taken + bytes > MostBytes)
        {
            throw new Refusal(Error.Unavailable(
                "outbox_full",
                $"The outbox is full: {count} commands with {taken >> 20} MiB, of at most {MostCommands} with {MostBytes >> 20} MiB. This one was not kept.",
                "Send what waits with 'wigwag outbox send', or drop what is not wanted with 'wigwag outbox drop ID'."));
        }
    }

    // What a command that was killed in the middle left: drafts, and files of a command that never came to be.
    private void RemoveLeftovers()
    {
        var numbers = Names(Kept.Waiting).Concat(Names(Kept.Refused)).Select(NumberOf).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(_folder))
        {
            if (path.EndsWith(".wigwag", StringComparison.Ordinal) || path.EndsWith(".new", StringComparison.Ordinal)
                || path.EndsWith(".file", StringComparison.Ordinal) && !numbers.Contains(NumberOf(path)))
            {
                File.Delete(path);
            }
        }
    }
}
