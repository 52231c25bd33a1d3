using System.Text;
using Wigwag.Git;
using Wigwag.Program.Local;

namespace Wigwag.Program.Guard;

/// <summary>How the guard stands in one hook.</summary>
internal enum GuardState
{
    Missing,
    /// <summary>It is there, and is not what this program would put there.</summary>
    Stale,
    /// <summary>It is there, and git would not run the file.</summary>
    NotExecutable,
    Installed,
}

/// <summary>Puts the guard into the git hooks of a repository and takes it out again.</summary>
internal sealed class GuardFiles
{
    public static readonly string[] Hooks = ["pre-commit", "pre-push"];

    private const string MarkerName = "wigwag/guard";
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode NewMode = Executable | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _marker;
    private readonly string? _program;
    private readonly GuardOwners _owners;

    public GuardFiles(Workspace workspace, string program)
    {
        Folder = HookFolder.Of(workspace);
        _marker = Path.Combine(workspace.CommonDir, MarkerName);
        _program = Folder.IsShared ? null : program;
        _owners = new(workspace);
    }

    public HookFolder Folder { get; }

    /// <summary>True when the guard was installed in this repository and not taken out since.</summary>
    public bool WasInstalled => File.Exists(_marker);

    /// <summary>True when this working copy asked for the guard, whether or not it is still there.</summary>
    public bool IsOwn => _owners.IsOwn;

    /// <summary>The folders of the other working copies that asked for it too.</summary>
    public IEnumerable<string> Others => _owners.Others.Select(other => other.GitDir);

    /// <summary>The folder it was installed in, or null.</summary>
    public string? InstalledIn => _owners.Hooks ?? Remembered("hooks");

    /// <summary>True when a commit is refused while no server answers.</summary>
    public static bool RefusesWhenDown(Workspace workspace) =>
        Path.Combine(workspace.CommonDir, MarkerName) is var marker && File.Exists(marker)
        && File.ReadAllLines(marker).Contains("when_down=refuse", StringComparer.Ordinal);

    public GuardState State(string hook)
    {
        var file = FileOf(hook);
        if (!File.Exists(file) || Latin(File.ReadAllBytes(file)) is var script && !GuardScript.Has(script))
        {
            return GuardState.Missing;
        }
        return GuardScript.Find(script) != Block(hook) ? GuardState.Stale
            : Folder.Manager != "husky" && (File.GetUnixFileMode(file) & UnixFileMode.UserExecute) == 0 ? GuardState.NotExecutable
            : GuardState.Installed;
    }

    /// <summary>What each file would hold: before (null for a file that is not there) and after. Changes nothing.</summary>
    public IEnumerable<(string File, string? Before, string After)> Plan(bool install)
    {
        foreach (var hook in Hooks)
        {
            var file = FileOf(hook);
            var before = File.Exists(file) ? Latin(File.ReadAllBytes(file)) : null;
            var after = install ? With(hook, before) : before is null ? "" : Stays(Folder.Path) ? before : Without(hook, before) ?? "";
            if (after != (before ?? ""))
            {
                yield return (file, before is null ? null : Utf8(before), Utf8(after));
            }
        }
    }

    public void Install(bool refuseWhenDown)
    {
        Adopt();
        Directory.CreateDirectory(Folder.Path);
        foreach (var hook in Hooks)
        {
            var file = FileOf(hook);
            var before = File.Exists(file) ? Latin(File.ReadAllBytes(file)) : null;
            var after = With(hook, before);
            if (before is not null && !GuardScript.Has(before) && MustBeKept(file, before))
            {
                File.Move(file, file + GuardScript.Kept);
            }
            var mode = File.Exists(file) ? File.GetUnixFileMode(file) : NewMode;
            if (after != before || State(hook) == GuardState.NotExecutable)
            {
                AtomicFile.Write(file, Encoding.Latin1.GetBytes(after), Folder.Manager == "husky" ? mode : mode | Executable);
            }
        }
        Directory.CreateDirectory(Path.GetDirectoryName(_marker)!);
        AtomicFile.Write(_marker, Encoding.UTF8.GetBytes($"hooks={Folder.Path}\nwhen_down={(refuseWhenDown ? "refuse" : "pass")}\nowners=noted\n"));
        _owners.Add(Folder.Path, Folder.IsEverywhere);
    }

    /// <summary>
    /// Takes the guard out of where it is and of where it was installed, but for the hooks that other working copies asked for it in too; the last
    /// of them takes it out.
    /// </summary>
    /// <param name="all">True to take it out for the others as well.</param>
    public void Uninstall(bool all = false)
    {
        Adopt();
        var folders = new[] { Folder.Path, InstalledIn, Remembered("hooks") }.Concat(all ? _owners.Others.Select(other => other.Hooks) : []).OfType<string>().Distinct().ToList();
        if (all)
        {
            _owners.RemoveAll();
        }
        else
        {
            _owners.Remove();
        }
        foreach (var folder in folders.Where(folder => !Stays(folder)))
        {
            foreach (var hook in Hooks)
            {
                Uninstall(hook, Path.Combine(folder, hook));
            }
        }
        if (_owners.Others.Count > 0)
        {
            return;
        }
        folders.ForEach(_owners.Leave);
        File.Delete(_marker);
        if (Path.GetDirectoryName(_marker) is { } kept && Directory.Exists(kept) && !Directory.EnumerateFileSystemEntries(kept).Any())
        {
            Directory.Delete(kept);
        }
    }

    // Other working copies, or other repositories, have asked for the guard in these hooks.
    private bool Stays(string folder) => _owners.Others.Any(other => other.Hooks == folder) || _owners.IsUsedElsewhere(folder, MarkerName);

    private void Adopt()
    {
        if (WasInstalled && Remembered("owners") is null && Remembered("hooks") is { } hooks)
        {
            _owners.Adopt(hooks);
            AtomicFile.Write(_marker, [.. File.ReadAllBytes(_marker), .. "owners=noted\n"u8]);
        }
    }

    public string FileOf(string hook) => Path.Combine(Folder.Path, hook);

    private static void Uninstall(string hook, string file)
    {
        if (!File.Exists(file) || Latin(File.ReadAllBytes(file)) is var script && !GuardScript.Has(script))
        {
            return;
        }
        if (Without(hook, script) is { } rest)
        {
            AtomicFile.Write(file, Encoding.Latin1.GetBytes(rest));
            return;
        }
        File.Delete(file);
        if (Path.Exists(file + GuardScript.Kept))
        {
            File.Move(file + GuardScript.Kept, file);
        }
    }

    private string With(string hook, string? before)
    {
        if (before is not null && GuardScript.Has(before))
        {
            return GuardScript.Find(before) == Block(hook) ? before : With(hook, Without(hook, before));
        }
        return before is null ? Path.Exists(FileOf(hook) + GuardScript.Kept) ? Bytes(GuardScript.Before(hook, _program, Marker)) : Bytes(GuardScript.Whole(hook, _program, Marker))
            : MustBeKept(FileOf(hook), before) ? Bytes(GuardScript.Before(hook, _program, Marker))
            : GuardScript.Insert(before, hook, _program is null ? null : Bytes(_program), Marker);
    }

    // A link may lead to a file that other repositories run; a file that git does not run must not be run for the guard's sake.
    private bool MustBeKept(string file, string script) => !GuardScript.IsShellScript(script) || new FileInfo(file).LinkTarget is not null
        || (Folder.Manager != "husky" && File.Exists(file) && (File.GetUnixFileMode(file) & UnixFileMode.UserExecute) == 0);

    /// <summary>The script without the guard; null when nothing of anybody else's is left.</summary>
    private static string? Without(string hook, string script)
    {
        var rest = GuardScript.Remove(script);
        return rest == "#!/bin/sh\n" || rest == "#!/bin/sh\n" + GuardScript.RunKept(hook) ? null : rest;
    }

    private string Block(string hook) => Bytes(GuardScript.Block(hook, _program, Marker));

    private string? Marker => Folder.IsEverywhere ? MarkerName : null;

    private string? Remembered(string name) => !WasInstalled ? null : File.ReadAllLines(_marker)
        .FirstOrDefault(line => line.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    // A script may hold any bytes; as Latin-1 each is one character, and every one comes back.
    private static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static string Bytes(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string Utf8(string bytes) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));
}
