using Wigwag.Git;
using Wigwag.Program.Guard;
using Wigwag.Program.Local;

namespace Wigwag.Program.Init;

/// <summary>What <c>wigwag init</c> makes of one working copy: the files of the clients and the guard in git's hooks.</summary>
internal sealed class Setup
{
    private readonly Workspace _workspace;
    private readonly ProgramName _program;
    private readonly InitRecord _record;

    public Setup(Workspace workspace)
    {
        _workspace = workspace;
        _program = ProgramName.Find();
        _record = InitRecord.Read(workspace);
        Guard = new(workspace, _program.Path);
    }

    public GuardFiles Guard { get; }

    /// <summary>A file of a client, and what becomes of it or why nothing can.</summary>
    internal sealed record Step(ClientSetup Client, FileChange Change, string? Problem)
    {
        /// <summary>What is to be known of a file that stays as it is, to follow its name; null when nothing is.</summary>
        public string? Note { get; init; }
    }

    /// <summary>The clients that were set up here before.</summary>
    public List<ClientSetup> SetUp => [.. ClientSetup.All.Where(client => _record.Files.Any(file => file.Client == client.Name))];

    /// <summary>The server whose hooks are called by HTTP, as it was chosen before.</summary>
    public string? Http => _record.Http;

    /// <summary>What setting up these clients changes; what is already so is left out.</summary>
    public List<Step> Install(IEnumerable<ClientSetup> clients, string? http) => Steps(clients, http, (file, client, before, record) =>
        FilePlan.Install(file, client.Client, before, record));

    /// <summary>What taking everything out again changes.</summary>
    /// <param name="clients">Whose files.</param>
    /// <param name="isNamed">True when the user named them: then what says that it is Wigwag's goes also where nobody remembers putting it in.</param>
    public List<Step> Uninstall(IEnumerable<ClientSetup> clients, bool isNamed)
    {
        var steps = Steps(clients, _record.Http, (file, client, before, record) => FilePlan.Uninstall(file, client.Client, before, record));
        // A colleague committed it, or the user wrote it: init did not put it in here.
        return isNamed ? steps : [.. steps.Select(step => step.Change.IsNone || _record.Of(step.Change.Path) is not null ? step : step with
        {
            Change = step.Change with { After = step.Change.Before },
            Note = $"has entries for Wigwag that 'wigwag init' did not put in here, and keeps them; 'wigwag init --undo --client {step.Client.Name}' takes them out",
        })];
    }

    /// <summary>Writes what was planned and remembers it.</summary>
    public void Apply(IReadOnlyList<Step> steps, string? http)
    {
        var records = _record.Files.ToDictionary(file => file.Path);
        var removed = new List<FileRecord>();
        foreach (var change in steps.Where(step => step.Problem is null).Select(step => step.Change))
        {
            var folders = change.Before is null && change.After is not null ? MakeFolders(change.Path) : records.GetValueOrDefault(change.Path)?.Folders;
            if (change.Record is { } record)
            {
                records[change.Path] = record with { Folders = folders };
            }
            else if (records.Remove(change.Path, out var gone))
            {
                removed.Add(gone);
            }
        }
        var now = new InitRecord { Files = [.. records.Values], Http = records.Count == 0 ? null : http };
        // First what it takes to undo it, then the files: whatever stops the program, they can be told apart from others' entries.
        if (now.Files.Count > 0)
        {
            now.Write(_workspace);
        }
        foreach (var change in steps.Where(step => step.Problem is null && !step.Change.IsNone).Select(step => step.Change))
        {
            var file = Path.Combine(_workspace.Path, change.Path);
            if (change.After is { } text)
            {
                AtomicFile.Write(file, FilePlan.Bytes(text));
            }
            else
            {
                File.Delete(file);
            }
        }
        foreach (var folder in removed.SelectMany(record => record.Folders ?? []).Distinct().OrderByDescending(folder => folder.Length))
        {
            var whole = Path.Combine(_workspace.Path, folder);
            if (Directory.Exists(whole) && !Directory.EnumerateFileSystemEntries(whole).Any())
            {
                Directory.Delete(whole);
            }
        }
        if (now.Files.Count == 0)
        {
            now.Write(_workspace);
        }
    }

    private List<Step> Steps(IEnumerable<ClientSetup> clients, string? http, Func<WantedFile, ClientSetup, string?, FileRecord?, FileChange> plan)
    {
        var steps = new List<Step>();
        foreach (var client in clients)
        {
            foreach (var file in client.Files(_program, http))
            {
                string? before = null;
                try
                {
                    RefuseLinkOutside(file.Path);
                    before = FilePlan.Read(Path.Combine(_workspace.Path, file.Path), _workspace.Path);
                    steps.Add(new(client, plan(file, client, before, _record.Of(file.Path)), null));
                }
                catch (FormatException e)
                {
                    steps.Add(new(client, new(file.Path, before, before, null), e.Message));
                }
            }
        }
        return steps;
    }

    // A repository can hold a link to any file of its reader's; through it nothing is written.
    private void RefuseLinkOutside(string path)
    {
        var file = Path.Combine(_workspace.Path, path);
        if (!Guard.Own.IsTracked(file))
        {
            throw new FormatException($"a link leads it to {RealPath.Of(file)}, outside of the working copy");
        }
    }

    /// <summary>Makes the folders that a file needs; those that were not there, outermost first.</summary>
    private List<string>? MakeFolders(string path)
    {
        var made = new List<string>();
        for (var folder = Path.GetDirectoryName(path); !string.IsNullOrEmpty(folder) && !Directory.Exists(Path.Combine(_workspace.Path, folder)); folder = Path.GetDirectoryName(folder))
        {
            made.Insert(0, folder);
        }
        foreach (var folder in made)
        {
            Directory.CreateDirectory(Path.Combine(_workspace.Path, folder));
        }
        return made.Count == 0 ? null : made;
    }
}
