using System.Text;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Views;

namespace Wigwag.Program.Commands;

/// <summary><c>wigwag version</c></summary>
internal static class VersionCommand
{
    public static readonly Command Command = new()
    {
        Words = "version",
        Title = "Show the program's version",
        Description = "Shows the version of this program and of the .NET it runs on.",
        Example = "wigwag version",
        Run = line =>
        {
            Terminal.Print(Encoding.UTF8.GetBytes(line.IsJson
                ? $"{{\"version\":\"{Build.Version}\",\"build\":\"{Build.Id}\",\"runtime\":\"{Environment.Version}\"}}\n"
                : $"wigwag {Build.Version} (build {Build.Id}, .NET {Environment.Version})\n"));
            return ExitCode.Ok;
        },
    };
}
