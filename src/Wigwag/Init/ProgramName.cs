using Wigwag.Git;
using Wigwag.Program.Guard;
using Wigwag.Program.Local;

namespace Wigwag.Program.Init;

/// <summary>How clients and hooks find this program.</summary>
/// <param name="Path">The executable.</param>
/// <param name="IsOnPath">True when its name alone finds it.</param>
internal sealed record ProgramName(string Path, bool IsOnPath)
{
    /// <summary>What a client's configuration names: <c>wigwag</c>, which is the same on every machine, where that finds this program.</summary>
    public string Name => IsOnPath ? "wigwag" : Path;

    /// <summary>A command line for a shell.</summary>
    public string Shell(string arguments) => $"{GuardScript.Quote(Name)} {arguments}";

    public static ProgramName Find()
    {
        var beside = System.IO.Path.Combine(AppContext.BaseDirectory, "wigwag");
        var path = File.Exists(beside) ? beside : BackgroundServer.Self().First();
        return new(path, OnPath("wigwag") is { } found && Real(found) == Real(path));
    }

    /// <summary>The program of that name in the folders of <c>PATH</c>, or null.</summary>
    public static string? OnPath(string name) => Programs.Find(name, Libc.CurrentDirectory());

    /// <summary>True when a command line's first word is a program that is there.</summary>
    public static bool Runs(string command)
    {
        var word = FirstWord(command);
        return word.Contains('/', StringComparison.Ordinal) ? File.Exists(word) : OnPath(word) is not null;
    }

    /// <summary>The first word of a command line, without a shell's quotes.</summary>
    public static string FirstWord(string command) => command.StartsWith('\'') && command.IndexOf('\'', 1) is > 0 and var close
        ? command[1..close]
        : command.Split(' ', 2)[0].Trim('"');

    private static string Real(string path) => new FileInfo(path).LinkTarget is null ? System.IO.Path.GetFullPath(path) : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
}
