using Wigwag.Program.Cli;

namespace Wigwag.Program.Commands;

/// <summary>Writes the index of commands; run by the build, after the program is compiled.</summary>
internal static class IndexCommand
{
    public static readonly Command Command = new()
    {
        Words = "write-index",
        Title = "Write the index of commands",
        Description = "Writes the index of commands that lies beside the program.",
        Example = "wigwag write-index wigwag.commands",
        IsHidden = true,
        Fields = [new() { Name = "file", Option = "file", Position = 0, IsRequired = true }],
        Run = line =>
        {
            line.Require();
            File.WriteAllText(line.Value("file")!, CommandIndex.Write(CatalogCommands.All()));
            return ExitCode.Ok;
        },
    };
}
