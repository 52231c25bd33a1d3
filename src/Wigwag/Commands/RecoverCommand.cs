using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;
using Wigwag.Storage.Backup;

namespace Wigwag.Program.Commands;

/// <summary><c>wigwag recover</c></summary>
internal static class RecoverCommand
{
    public static readonly Command Command = new()
    {
        Words = "recover",
        Title = "Save what can be saved of a damaged database",
        Description = "Copies every row that can be read, from the database and its log, into a new database, puts it in place, and says what was lost. The files that were "
            + "there are kept beside it. A backup, where there is one, is better: see 'wigwag restore'. Refused while a server runs.",
        Example = "wigwag recover",
        Run = Run,
    };

    private static int Run(CommandLine line)
    {
        if (Serving.StoreSetting.Postgres(null) is not null)
        {
            throw new Refusal(Serving.StoreSetting.BackupElsewhere);
        }
        var home = Home.FromEnvironment();
        home.Create();
        using var owned = FileLock.Take(home.ServerLock, TimeSpan.Zero) ?? throw Running(home);
        try
        {
            Print(line, Recovery.Run(home.Database, home.Blobs));
            return ExitCode.Ok;
        }
        catch (StoreInUseException)
        {
            throw Running(home);
        }
        catch (StoreRefusedException e)
        {
            throw new Refusal(Error.Unavailable("not_recovered", e.Message, e.Next ?? "Put a backup in its place with 'wigwag restore FILE'."));
        }
    }

    private static Refusal Running(Home home) => new(Error.Conflict(
        "server_running", $"A server works on {home.Root}, whose database would be replaced.", "Run 'wigwag stop', then recover."));

    private static void Print(CommandLine line, Recovered recovered)
    {
        if (line.IsQuiet)
        {
            return;
        }
        var tables = string.Join(',', recovered.Tables.Select(table =>
            $"{{\"table\":{Json.Quote(table.Name)},\"rows\":{table.Rows},\"lost\":{table.Lost},\"whole\":{(table.IsWhole ? "true" : "false")}}}"));
        var json = $"{{\"whole\":{(recovered.IsWhole ? "true" : "false")},\"tables\":[{tables}]"
            + (recovered.LostCommits is { } lost ? $",\"lost_commits\":{lost}" : "")
            + $",\"damaged_log_pages\":{recovered.DamagedFrames},\"missing_attachments\":[{string.Join(',', recovered.MissingAttachments.Select(Json.Quote))}]"
            + (recovered.Previous is null ? "" : $",\"previous\":{Json.Quote(recovered.Previous)}") + "}";
        BackupCommand.Print(line, json);
    }
}
