using Wigwag.Core.Operations;
using Wigwag.Git;
using Wigwag.Program.Cli;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Local;

/// <summary>Where a command is given: the working copy around a folder, or none.</summary>
internal sealed class Standing
{
    private readonly Workspace? _workspace;
    private WorkspaceFacts? _facts;
    private string? _header;

    private Standing(Workspace? workspace) => _workspace = workspace;

    /// <summary>The working copy around the current directory.</summary>
    public static Standing Here() => At(Libc.CurrentDirectory());

    /// <summary>The working copy around a folder.</summary>
    public static Standing At(string folder) => new(Workspace.Discover(folder).Try(out var workspace, out _) ? workspace : null);

    /// <summary>The root of the working copy, or null outside one.</summary>
    public string? Folder => _workspace?.Path;

    /// <summary>The working copy, or null outside one.</summary>
    public Workspace? Workspace => _workspace;

    /// <summary>The value of <c>Wigwag-Workspace</c>, or null outside a working copy.</summary>
    public string? Header => _header ??= _workspace is null
        ? null
        : $"host={Percent.Encode(Libc.HostName())};path={Percent.Encode(_workspace.Path)};fingerprint={Percent.Encode(_workspace.Fingerprint)}"
            + (_workspace.Proof(Libc.HostName()) is { } proof ? $";proof={proof}" : "");

    /// <summary>A fact of the workspace as JSON, by the name of its <see cref="WorkspaceFact"/>; null when there is none. Asks git, once.</summary>
    /// <exception cref="Refusal">git cannot say it.</exception>
    public string? Fact(string name)
    {
        if (_workspace is null)
        {
            return null;
        }
        if (_facts is null)
        {
            if (!_workspace.Describe(CancellationToken.None).AsTask().GetAwaiter().GetResult().Try(out var facts, out var error))
            {
                throw new Refusal(error);
            }
            _facts = facts;
        }
        return _facts[Enum.Parse<WorkspaceFact>(name)]?.ToJsonString();
    }

    /// <summary>The server that the repository's configuration names for the command's target, or null.</summary>
    public string? CoordinationUrl(CommandLine line)
    {
        if (_workspace is not { HasConfig: true })
        {
            return null;
        }
        // The target is an agent or a project: main/beads or beads.
        var target = line.Value("to") ?? line.Value("project");
        return target is null ? null : _workspace.CoordinationUrl(target[(target.LastIndexOf('/') + 1)..]);
    }
}
