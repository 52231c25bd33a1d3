using Wigwag.Program.Cli;

namespace Wigwag.Program.Local;

/// <summary>Where a command is given: the working copy around the current directory.</summary>
internal sealed class Standing(string? header)
{
    public static Standing Here() => new(header: null);

    /// <summary>The value of <c>Wigwag-Workspace</c>, or null outside a working copy.</summary>
    public string? Header => header;

    /// <summary>A fact of the workspace as JSON, by the name of its <see cref="Core.Operations.WorkspaceFact"/>; null when there is none.</summary>
    public string? Fact(string name) => header is null ? null : name;

    /// <summary>The server that the repository's configuration names for the command's target, or null.</summary>
    public string? CoordinationUrl(CommandLine line) => header is null ? null : line.Value("to");
}
