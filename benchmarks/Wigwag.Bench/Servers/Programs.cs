using System.Diagnostics;

namespace Wigwag.Bench.Servers;

/// <summary>Where the programs under test are: published ones, or those that were built beside this.</summary>
internal sealed record Programs(string? Folder)
{
    public string Wigwag => Find("wigwag");

    public string Hello => Find("hello");

    public string Kestrel => Find("kestrel");

    public string Kind => Folder is null ? "as built, not precompiled" : "native (NativeAOT)";

    /// <summary>Runs a command to its end; milliseconds from before its start until it was seen to end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static double Time(string program, IReadOnlyList<string> arguments, string? folder = null, string? home = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        if (home is not null)
        {
            start.Environment["WIGWAG_HOME"] = home;
        }
        var before = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.WaitForExit();
        var took = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
        return process.ExitCode == 0
            ? took
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {process.StandardError.ReadToEnd()}");
    }

    private string Find(string name) => Folder is null ? Path.Combine(AppContext.BaseDirectory, name) : Path.Combine(Folder, name, name);
}
