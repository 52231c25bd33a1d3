using Wigwag.Program.Cli;
using Wigwag.Program.Demo;

namespace Wigwag.Program.Commands;

/// <summary><c>wigwag demo</c></summary>
internal static class DemoCommand
{
    public static readonly Command Command = new()
    {
        Words = "demo",
        Title = "Play the main job",
        Description = "Makes two throwaway repositories with two clones each and a server of their own, and plays how a bug goes from one repository to the other "
            + "and back: one agent on the command line, one on MCP over HTTP. Touches nothing of yours; says where everything is.",
        Example = "wigwag demo",
        Run = _ => Play.Run(CancellationToken.None).GetAwaiter().GetResult(),
    };
}
