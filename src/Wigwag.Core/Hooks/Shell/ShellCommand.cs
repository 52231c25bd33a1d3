namespace Wigwag.Core.Hooks.Shell;

/// <summary>One word of a command as a shell would hand it over.</summary>
/// <param name="Text">Without quotes.</param>
/// <param name="IsKnown">False when it depends on a variable, a substitution or the user's home.</param>
/// <param name="IsPattern">True when a part of it that was not quoted is a glob or a brace expansion.</param>
internal readonly record struct ShellWord(string Text, bool IsKnown, bool IsPattern);

/// <summary>One simple command: its words, what its redirections write, and what stands behind <c>&lt;&lt;</c>.</summary>
internal sealed class ShellCommand
{
    public List<ShellWord> Words { get; } = [];

    public List<ShellWord> Written { get; } = [];

    /// <summary>The text of its here-document or here-string, or null.</summary>
    public string? Input { get; set; }

    /// <summary>How many subshells it is in.</summary>
    public int Depth { get; init; }
}
