using System.Globalization;
using Wigwag.Bench.Report;
using Wigwag.Bench.Servers;
using Wigwag.Testing;

namespace Wigwag.Bench.Rows;

/// <summary>A whole process of the command line.</summary>
internal static class CommandLine
{
    public static readonly Row Row = new(
        "P9",
        "a command, the whole process",
        "From before the start of `wigwag` in a git repository until it has ended: it finds the repository, its agent and the running server, asks over the Unix socket, "
        + "prints. Each command in turn with a bare .NET hello that is published the same way, and with `true`, which is what starting any process costs here.",
        Measure);

    private static async Task<Findings> Measure(Suite suite)
    {
        await using var server = await suite.Serve();
        var repository = Directory.CreateDirectory(Path.Combine(suite.Folder, "repository")).FullName;
        Programs.Time("git", ["init", "-q"], repository);
        Programs.Time("git", ["remote", "add", "origin", "https://github.com/wigwag/crew.git"], repository);
        var socket = Path.Combine(server.Home, "wigwag.sock");
        var number = 0;
        var commands = new (string What, Func<double> Run)[]
        {
            ("`true`", () => Programs.Time("true", [])),
            ("bare .NET hello", () => Programs.Time(suite.Programs.Hello, [])),
            ("`curl --unix-socket`, a project's inbox", () => Programs.Time(
                "curl", ["-sf", "--unix-socket", socket, "http://localhost/v1/projects/crew/inbox"])),
            ("**`wigwag inbox`**", () => Wigwag("inbox")),
            ("**`wigwag check`**, as the git guard asks", () => Wigwag("check", "src/parser.cs")),
            ("**`wigwag send`**, durable", () => Wigwag("send", "crew", string.Create(CultureInfo.InvariantCulture, $"report {number++}"))),
        };
        double Wigwag(params string[] arguments) => Programs.Time(suite.Programs.Wigwag, arguments, repository, server.Home);
        Wigwag("inbox"); // registers the workspace

        var times = commands.Select(_ => new List<double>()).ToList();
        foreach (var _ in suite.Runs())
        {
            var run = commands.Select(_ => new List<double>()).ToList();
            for (var i = 0; i < suite.Scale.Of(12, 1); i++)
            {
                for (var command = 0; command < commands.Length; command++)
                {
                    run[command].Add(commands[command].Run());
                }
            }
            for (var command = 0; command < commands.Length; command++)
            {
                times[command].Add(run[command].Order().ElementAt(run[command].Count / 2));
            }
        }

        var findings = new Findings();
        var measures = commands.Select((command, i) => findings.Add(new Measure($"{command.What}, p50 of 12", "ms", times[i]))).ToList();
        var hello = measures[1].Median;
        findings.Targets.Add(Target.AtMost("`wigwag inbox`, whole process", measures[3].Median / hello, "×", 1.5, "of a bare .NET hello"));
        findings.Targets.Add(Target.AtMost("`wigwag inbox`, whole process", measures[3].Median, "ms", 50));
        findings.Targets.Add(Target.AtMost("`curl --unix-socket`, as a hook", measures[2].Median, "ms", 15));
        findings.Notes.Add($"Programs {suite.Programs.Kind}.");
        return findings;
    }
}
