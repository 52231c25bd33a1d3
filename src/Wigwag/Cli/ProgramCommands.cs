using Wigwag.Program.Commands;
using Wigwag.Program.Guard;
using Wigwag.Program.Hooks;
using Wigwag.Program.Init;
using Wigwag.Program.Mcp;

namespace Wigwag.Program.Cli;

/// <summary>The program's own commands: those that no operation of the catalog stands for.</summary>
internal static class ProgramCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        ServeCommand.Command,
        StopCommand.Command,
        McpCommand.Command,
        DoctorCommand.Command,
        InitCommand.Command,
        GuardCommand.Install,
        GuardCommand.Uninstall,
        GuardCommand.Run,
        HookCommand.Command,
        DemoCommand.Command,
        BackupCommand.Backup,
        BackupCommand.Restore,
        RecoverCommand.Command,
        MigrateCommand.Command,
        TrustCommand.Command,
        OutboxCommand.List,
        OutboxCommand.Show,
        OutboxCommand.Send,
        OutboxCommand.Drop,
        CompletionCommand.Command,
        VersionCommand.Command,
        CompletionCommand.Complete,
        IndexCommand.Command,
    ];
}
