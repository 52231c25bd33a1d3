using System.Diagnostics;

[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]

namespace Wigwag.Faults.Harness;

/// <summary>What a command of the program said, and how it ended.</summary>
internal sealed record Ran(int ExitCode, string Complaint);

/// <summary>The real program, as a person runs it.</summary>
internal static class CommandLine
{
    public static Task<Ran> Run(string home, params string[] arguments) => Run(home, null, [], arguments);

    /// <summary>In a folder, with more in its environment.</summary>
    public static async Task<Ran> Run(string home, string? folder, IReadOnlyList<(string Name, string Value)> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(ServerProcess.Built, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder ?? "",
            Environment = { ["WIGWAG_HOME"] = home },
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        var complaint = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await complaint);
    }
}
