using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]

namespace Wigwag.EndToEnd.Cli;

/// <summary>What a command printed and how it ended.</summary>
internal sealed record Ran(int ExitCode, string Output, string Complaint)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Itself, when the command succeeded.</summary>
    public Ran Fine()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Complaint}{Output}");
        return this;
    }
}

/// <summary>A machine for one test: a home of its own, clones of repositories, and the real program run as a person runs it.</summary>
internal sealed class Town : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _root = Directory.CreateTempSubdirectory("wigwag-e2e-").FullName;

    public Town()
    {
        Home = Path.Combine(_root, "home");
        Environment = new()
        {
            ["WIGWAG_HOME"] = Home,
            // No test's server takes the port of another's, or of the user's own.
            ["WIGWAG_LISTEN"] = "none",
            ["HOME"] = _root,
            ["WIGWAG_OPERATOR"] = "Ann Lee <ann@example.org>",
        };
    }

    /// <summary>The program under test: the native one that WIGWAG_TEST_PROGRAM names, or else the managed one that was built with these tests.</summary>
    public static string Program { get; } = System.Environment.GetEnvironmentVariable("WIGWAG_TEST_PROGRAM") is { Length: > 0 } named ? named : FindProgram();

    public string Home { get; }

    public Dictionary<string, string?> Environment { get; }

    public string Folder => _root;

    /// <summary>A clone of a repository: <c>dave/vc</c>.</summary>
    public string Clone(string path, string remote)
    {
        var folder = Path.Combine(_root, "src", path);
        Directory.CreateDirectory(folder);
        Run("git", folder, "init", "-q").Fine();
        Run("git", folder, "remote", "add", "origin", remote).Fine();
        return folder;
    }

    /// <summary>Runs <c>wigwag</c> in a folder.</summary>
    public Ran WigwagIn(string folder, params string[] arguments) => Run(Program, folder, arguments);

    /// <summary>Runs <c>wigwag</c> outside any repository.</summary>
    public Ran Wigwag(params string[] arguments) => Run(Program, _root, arguments);

    /// <summary>Starts <c>wigwag</c> in a folder and lets it run.</summary>
    public Process StartIn(string folder, params string[] arguments) => Start(Program, folder, arguments);

    public static Ran End(Process process, string? input = null)
    {
        if (input is not null)
        {
            process.StandardInput.Write(input);
        }
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var complaint = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(Patience), "The command did not end.");
        return new(process.ExitCode, output.GetAwaiter().GetResult(), complaint.GetAwaiter().GetResult());
    }

    public Ran Run(string program, string folder, params string[] arguments)
    {
        using var process = Start(program, folder, arguments);
        return End(process);
    }

    public Process Start(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("WIGWAG_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }
        return Process.Start(start)!;
    }

    /// <summary>The process that serves this home, or null.</summary>
    public int? ServerProcess()
    {
        var file = Path.Combine(Home, "server.json");
        return File.Exists(file) && JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("pid").GetInt32() is var pid && IsAlive(pid) ? pid : null;
    }

    /// <summary>Where the server of this home listens for TCP.</summary>
    public string Url() => JsonDocument.Parse(File.ReadAllText(Path.Combine(Home, "server.json"))).RootElement.GetProperty("url").GetString()!;

    public static bool IsAlive(int process) =>
        File.Exists($"/proc/{process}/stat") && !File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].StartsWith(" Z", StringComparison.Ordinal);

    /// <summary>The servers of this home that run, however they were started.</summary>
    public int[] Servers() => [.. Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0 && Serves(pid))];

    /// <summary>Waits until something holds.</summary>
    public static void Until(Func<bool> holds, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, $"It did not come to be that {what}.");
            Thread.Sleep(10);
        }
    }

    public void Dispose()
    {
        foreach (var server in Servers())
        {
            using var process = Process.GetProcessById(server);
            process.Kill();
            process.WaitForExit(Patience);
        }
        Directory.Delete(_root, recursive: true);
    }

    private bool Serves(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Split('\0') is [var program, "serve", ..] && program.EndsWith("wigwag", StringComparison.Ordinal)
                && File.ReadAllText($"/proc/{process}/environ").Split('\0').Contains($"WIGWAG_HOME={Home}") && IsAlive(process);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended between the two looks.
            return false;
        }
    }

    private static string FindProgram()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var parts = output.FullName.TrimEnd('/').Split('/');
        for (var root = output; root is not null; root = root.Parent)
        {
            var built = Path.Combine([root.FullName, "src", "Wigwag", "bin", .. parts[^2..], "wigwag"]);
            if (File.Exists(Path.Combine(root.FullName, "Wigwag.slnx")) && File.Exists(built))
            {
                return built;
            }
        }
        return Path.Combine(AppContext.BaseDirectory, "wigwag");
    }
}
