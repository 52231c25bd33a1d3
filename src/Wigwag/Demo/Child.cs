using System.ComponentModel;
using System.Diagnostics;
using Wigwag.Git;

namespace Wigwag.Program.Demo;

/// <summary>What a finished process left.</summary>
internal sealed record Finished(int ExitCode, string Output, string Error);

/// <summary>Starts processes without a shell.</summary>
internal static class Child
{
    public static async Task<Finished> Run(
        string program,
        IEnumerable<string> arguments,
        string folder,
        string? input = null,
        IReadOnlyDictionary<string, string>? environment = null,
        CancellationToken cancel = default)
    {
        using var process = Start(program, arguments, folder, environment);
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var error = process.StandardError.ReadToEndAsync(cancel);
        await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancel);
        return new(process.ExitCode, await output, await error);
    }

    public static Process Start(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = Programs.PrepareRedirected(program, folder, arguments)
            ?? throw new DemoException($"{program} is not in PATH. Install it, then run this again.");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        try
        {
            return Process.Start(start) ?? throw new DemoException($"{program} did not start.");
        }
        catch (Win32Exception e)
        {
            throw new DemoException($"{program} cannot be started ({e.Message}). Install it, then run this again.");
        }
    }
}
