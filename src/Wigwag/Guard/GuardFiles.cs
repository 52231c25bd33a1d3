using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Git;
using Wigwag.Program.Cli;
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
    /// <summary>What git runs before it makes commits in the ways it has, and before it sends them: see docs/stop-conflicting-edits.md.</summary>
    public static readonly string[] Hooks =
        ["pre-commit", "pre-merge-commit", "prepare-commit-msg", "pre-applypatch", "pre-rebase", "post-rewrite", "pre-push"];

    private const string MarkerName = "wigwag/guard";
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode NewMode = Executable | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const int MaxMarkerBytes = 64 << 10;

    private readonly Workspace _workspace;
    private readonly string _marker;
    private readonly string? _program;
    private readonly string? _agreed;
    private readonly GuardOwners _owners;

    /// <param name="workspace">The clone.</param>
    /// <param name="program">This program, as the hooks call it.</param>
    /// <param name="agreed">A folder outside of the clone that the user lets the guard be put into or taken out of.</param>
    /// <exception cref="Refusal">The clone does not say, or not credibly, which folders are its own.</exception>
    public GuardFiles(Workspace workspace, string program, string? agreed = null)
    {
        _workspace = workspace;
        var asked = workspace.OwnFolders(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        Own = asked.Try(out var own, out var error) ? own : throw new Refusal(error);
        Folder = HookFolder.Of(workspace, Own);
        _marker = Path.Combine(workspace.CommonDir, MarkerName);
        _program = Folder.IsShared ? null : program;
        _agreed = agreed is null ? null : RealPath.Of(agreed);
        _owners = new(workspace);
    }

    public HookFolder Folder { get; }

    /// <summary>The folders of this clone, in which no one needs to be asked.</summary>
    public OwnFolders Own { get; }

    /// <summary>A folder outside of the clone that would have to be written in and that the user has not agreed to, or null.</summary>
    /// <param name="install">Whether the guard is put in or taken out.</param>
    public string? NotAgreed(bool install) => (install ? [Folder.Path] : Folders.Where(IsIn))
        .FirstOrDefault(folder => !Own.Contains(folder) && folder != _agreed);

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
        Marked(workspace).Contains("when_down=refuse", StringComparer.Ordinal);

    public GuardState State(string hook)
    {
        var file = FileOf(hook);
        if (Read(file) is not { } script || !GuardScript.Has(script))
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
            var before = Read(file);
            var after = install ? With(hook, before) : before is null ? "" : Stays(Folder.Path) ? before : Without(hook, before) ?? "";
            if (after != (before ?? ""))
            {
                yield return (file, before is null ? null : Utf8(before), Utf8(after));
            }
        }
    }

    public void Install(bool refuseWhenDown)
    {
        Allow(install: true);
        Adopt();
        Directory.CreateDirectory(Folder.Path);
        foreach (var hook in Hooks)
        {
            var file = FileOf(hook);
            var before = Read(file);
            var after = With(hook, before);
            if (before is not null && !GuardScript.Has(before) && MustBeKept(file, before))
            {
                HookFile.Rename(file, file + GuardScript.Kept);
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
        Allow(install: false);
        Adopt();
        var folders = Folders.Concat(all ? _owners.Others.Select(other => other.Hooks) : []).Distinct().ToList();
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
        if (WasInstalled)
        {
            File.Delete(_marker);
        }
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
            AtomicFile.Write(_marker, Encoding.UTF8.GetBytes(string.Concat(Marked(_workspace).Append("owners=noted").Select(line => line + "\n"))));
        }
    }

    public string FileOf(string hook) => Path.Combine(Folder.Path, hook);

    /// <summary>Where the guard is, or was put at the time.</summary>
    private IEnumerable<string> Folders => new[] { Folder.Path, InstalledIn, Remembered("hooks") }.OfType<string>().Distinct();

    /// <summary>Nothing is written where no one was asked: neither in a folder outside nor through a link.</summary>
    private void Allow(bool install)
    {
        if (NotAgreed(install) is { } outside)
        {
            throw new Refusal(Outside(outside, install ? "install" : "uninstall"));
        }
        if (Own.Forbids(_marker) is { } forbidden)
        {
            throw new Refusal(forbidden);
        }
    }

    /// <summary>Why the guard does not go into a folder, and how the user can say that it may.</summary>
    public static Error Outside(string folder, string act) => Error.Forbidden(
        "hooks_outside",
        $"The git hooks of this clone are in {folder}, outside of it (core.hooksPath); other clones may run the same files.",
        $"If you want that: wigwag guard {act} --hooks-path {GuardScript.Quote(folder)}");

    private bool IsIn(string folder) => Hooks.Any(hook => Read(Path.Combine(folder, hook)) is { } script && GuardScript.Has(script));

    private string? Read(string file) => HookFile.Read(file, [.. Own.All, Path.GetDirectoryName(file)!]);

    private void Uninstall(string hook, string file)
    {
        if (Read(file) is not { } script || !GuardScript.Has(script))
        {
            return;
        }
        if (Without(hook, script) is { } rest)
        {
            AtomicFile.Write(file, Encoding.Latin1.GetBytes(rest));
            return;
        }
        File.Delete(file);
        if (HookFile.Exists(file + GuardScript.Kept))
        {
            HookFile.Rename(file + GuardScript.Kept, file);
        }
    }

    private string With(string hook, string? before)
    {
        if (before is not null && GuardScript.Has(before))
        {
            return GuardScript.Find(before) == Block(hook) ? before : With(hook, Without(hook, before));
        }
        return before is null ? HookFile.Exists(FileOf(hook) + GuardScript.Kept) ? Bytes(GuardScript.Before(hook, _program, Marker)) : Bytes(GuardScript.Whole(hook, _program, Marker))
            : MustBeKept(FileOf(hook), before) ? Bytes(GuardScript.Before(hook, _program, Marker))
            : GuardScript.Insert(before, hook, _program is null ? null : Bytes(_program), Marker);
    }

    // A link may lead to a file that other repositories run; a file that git does not run must not be run for the guard's sake.
    private bool MustBeKept(string file, string script) => !GuardScript.IsShellScript(script) || HookFile.IsLink(file)
        || (Folder.Manager != "husky" && File.Exists(file) && (File.GetUnixFileMode(file) & UnixFileMode.UserExecute) == 0);

    /// <summary>The script without the guard; null when nothing of anybody else's is left.</summary>
    private static string? Without(string hook, string script)
    {
        var rest = GuardScript.Remove(script);
        return rest == "#!/bin/sh\n" || rest == "#!/bin/sh\n" + GuardScript.RunKept(hook) ? null : rest;
    }

    private string Block(string hook) => Bytes(GuardScript.Block(hook, _program, Marker));

    private string? Marker => Folder.IsEverywhere ? MarkerName : null;

    private string? Remembered(string name) => Marked(_workspace)
        .FirstOrDefault(line => line.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    private static string[] Marked(Workspace workspace)
    {
        var marker = Path.Combine(workspace.CommonDir, MarkerName);
        return PlainFile.ReadText(marker, MaxMarkerBytes, RealPath.Of(workspace.CommonDir)).Try(out var text, out var error)
            ? (text ?? "").Split('\n')
            : throw new Refusal(error);
    }

    private static string Bytes(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string Utf8(string bytes) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));
}
