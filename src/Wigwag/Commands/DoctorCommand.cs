using Wigwag.Program.Cli;
using Wigwag.Program.Doctor;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Commands;

/// <summary><c>wigwag doctor</c></summary>
internal static class DoctorCommand
{
    public static readonly Command Command = new()
    {
        Words = "doctor",
        Title = "Find out what is wrong, and how to mend it",
        Description = "Looks at everything Wigwag needs: its files and their permissions, the server, git, SQLite, the working copy and its configuration, the clock, and what 'wigwag init' set up. "
            + "Says how to mend what is wrong. Exits 0 when nothing is.",
        Example = "wigwag doctor",
        Fields = [new() { Name = "fix", Option = "fix", Kind = FieldKind.Flag, Description = "Mend what can be mended without asking: permissions, what a killed server left, and what 'wigwag init' put in and somebody took out." }],
        Run = Run,
    };

    private static int Run(CommandLine line)
    {
        var findings = Examine();
        if (line.Flag("fix") && findings.Any(finding => finding.Fix is not null))
        {
            foreach (var finding in findings)
            {
                finding.Fix?.Invoke();
            }
            findings = Examine();
        }
        if (!line.IsQuiet)
        {
            Print(new Terminal(line.Flag("no_color")), findings, line.IsJson);
        }
        return findings.Any(finding => finding.Health == Health.Error) ? ExitCode.Unexpected : ExitCode.Ok;
    }

    private static List<Finding> Examine()
    {
        var home = Home.FromEnvironment();
        return [.. MachineChecks.Run(), .. HomeChecks.Run(home), .. ServerChecks.Run(home), .. SetupChecks.Run()];
    }

    private static void Print(Terminal terminal, List<Finding> findings, bool isJson)
    {
        if (isJson)
        {
            var items = findings.Select(finding =>
                $"{{\"check\":\"{finding.Check}\",\"health\":\"{Name(finding)}\",\"message\":{Json.Quote(finding.Message)}"
                + (finding.Next is null ? "" : $",\"next\":{Json.Quote(finding.Next)}") + "}");
            terminal.Line($"{{\"findings\":[{string.Join(',', items)}]}}").Flush();
            return;
        }
        foreach (var finding in findings)
        {
            var style = finding.Health switch { Health.Ok => Style.Green, Health.Warning => Style.Yellow, _ => Style.Red };
            terminal.Line($"{terminal.Styled(style, Name(finding).PadRight(7))}  {finding.Check}: {Value.OneLine(finding.Message)}");
            if (finding.Next is not null)
            {
                terminal.Line($"         {Value.OneLine(finding.Next)}");
            }
        }
        terminal.Flush();
    }

    private static string Name(Finding finding) => finding.Health.ToString().ToLowerInvariant();
}
