using Wigwag.Program.Cli;

namespace Wigwag.Program.Commands;

/// <summary><c>wigwag doctor</c></summary>
internal static class DoctorCommand
{
    public static readonly Command Command = new()
    {
        Words = "doctor",
        Title = "Find out what is wrong, and how to mend it",
        Description = "Checks what Wigwag needs on this machine and says how to mend what is wrong.",
        Example = "wigwag doctor",
        Fields = [new() { Name = "fix", Option = "fix", Kind = FieldKind.Flag, Description = "Mend what can be mended without asking: permissions, and what a killed server left." }],
        Run = _ => ExitCode.Ok,
    };
}
