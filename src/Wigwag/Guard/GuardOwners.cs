using System.Text;
using Wigwag.Git;
using Wigwag.Program.Local;

namespace Wigwag.Program.Guard;

/// <summary>
/// Which working copies of a repository asked for the guard. They share git's hooks, and often one folder of them serves several
/// repositories: the guard goes with the last that has asked for it. Each working copy notes it in its own git folder, and so a worktree that is
/// removed does not count any more.
/// </summary>
internal sealed class GuardOwners(Workspace workspace)
{
    private const string Note = "wigwag/guarded";
    private const string Record = "wigwag/init.json";
    private const int MaxBytes = 1 << 20;
    private const string Repositories = "wigwag-guard.repositories";

    /// <summary>True when this working copy asked for the guard, and did not give it up since.</summary>
    public bool IsOwn => File.Exists(Path.Combine(workspace.GitDir, Note));

    /// <summary>The folder of hooks that this working copy's guard was put into, or null.</summary>
    public string? Hooks => IsOwn ? Read(workspace.GitDir) : null;

    /// <summary>The git folders of the other working copies that asked for it, each with its folder of hooks.</summary>
    public IReadOnlyList<(string GitDir, string Hooks)> Others =>
        [.. GitDirs().Where(folder => folder != workspace.GitDir && File.Exists(Path.Combine(folder, Note)) && IsAlive(folder)).Select(folder => (folder, Read(folder)))];

    /// <summary>Notes that this working copy wants it.</summary>
    /// <param name="hooks">The folder of the hooks.</param>
    /// <param name="isEverywhere">True when other repositories run the same hooks.</param>
    public void Add(string hooks, bool isEverywhere)
    {
        Write(workspace.GitDir, hooks);
        if (isEverywhere && !Using(hooks).Contains(workspace.CommonDir))
        {
            AtomicFile.Write(Path.Combine(hooks, Repositories), Encoding.UTF8.GetBytes(string.Concat(Using(hooks).Append(workspace.CommonDir).Select(line => line + "\n"))));
        }
    }

    /// <summary>Notes that this working copy does not want it any more.</summary>
    public void Remove() => Forget(workspace.GitDir);

    /// <summary>Notes that no working copy of the repository wants it any more.</summary>
    public void RemoveAll()
    {
        foreach (var folder in GitDirs())
        {
            Forget(folder);
        }
    }

    /// <summary>True when another repository's guard stands in this folder of hooks.</summary>
    public bool IsUsedElsewhere(string hooks, string marker) =>
        Using(hooks).Any(common => common != workspace.CommonDir && File.Exists(Path.Combine(common, marker)));

    /// <summary>This repository has no guard in a folder of hooks any more.</summary>
    public void Leave(string hooks)
    {
        var file = Path.Combine(hooks, Repositories);
        if (!File.Exists(file))
        {
            return;
        }
        var rest = Using(hooks).Where(common => common != workspace.CommonDir && Directory.Exists(common)).ToList();
        if (rest.Count == 0)
        {
            File.Delete(file);
            return;
        }
        AtomicFile.Write(file, Encoding.UTF8.GetBytes(string.Concat(rest.Select(line => line + "\n"))));
    }

    /// <summary>Versions before this one noted nothing: whoever ran 'wigwag init' then, in a repository with the guard, asked for it.</summary>
    public void Adopt(string hooks)
    {
        foreach (var folder in GitDirs().Where(folder => File.Exists(Path.Combine(folder, Record)) && !File.Exists(Path.Combine(folder, Note))))
        {
            Write(folder, hooks);
        }
    }

    private static List<string> Using(string hooks) =>
        [.. (Text(Path.Combine(hooks, Repositories)) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private IEnumerable<string> GitDirs()
    {
        var worktrees = Path.Combine(workspace.CommonDir, "worktrees");
        return Directory.Exists(worktrees) ? Directory.EnumerateDirectories(worktrees).Prepend(workspace.CommonDir) : [workspace.CommonDir];
    }

    // A worktree whose folder was removed stays known to git for months.
    private bool IsAlive(string gitDir)
    {
        var link = Path.Combine(gitDir, "gitdir");
        return gitDir == workspace.CommonDir || (Text(link) is { } named && Path.Exists(Path.GetFullPath(named.TrimEnd('\n'), gitDir)));
    }

    private static string Read(string gitDir) => Text(Path.Combine(gitDir, Note))?.TrimEnd('\n') ?? "";

    // What is no plain file notes nothing.
    private static string? Text(string file) => PlainFile.ReadText(file, MaxBytes).Try(out var text, out _) ? text : null;

    private static void Write(string gitDir, string hooks)
    {
        var note = Path.Combine(gitDir, Note);
        Directory.CreateDirectory(Path.GetDirectoryName(note)!);
        AtomicFile.Write(note, Encoding.UTF8.GetBytes(hooks + "\n"));
    }

    private static void Forget(string gitDir)
    {
        var note = Path.Combine(gitDir, Note);
        if (!File.Exists(note))
        {
            return;
        }
        File.Delete(note);
        if (Path.GetDirectoryName(note) is { } folder && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }
}
