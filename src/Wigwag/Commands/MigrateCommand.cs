using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Serving;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;
using Wigwag.Storage.Blobs;
using Wigwag.Storage.Moving;
using Wigwag.Storage.Postgres;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Program.Commands;

/// <summary><c>wigwag migrate</c></summary>
internal static class MigrateCommand
{
    public static readonly Command Command = new()
    {
        Words = "migrate",
        Title = "Move to PostgreSQL",
        Description = "Brings this user's SQLite database, its attachments included, into an empty PostgreSQL database, and compares every row. It can be broken off and "
            + "begun again. Refused while a server runs. The SQLite database stays as it is; set WIGWAG_STORE afterwards, so that servers use the new one.",
        Example = "wigwag migrate --to postgres://wigwag@db.example.org/wigwag",
        Fields =
        [
            new() { Name = "to", Option = "to", Description = "The PostgreSQL database, without a password; WIGWAG_STORE or the file of WIGWAG_STORE_FILE when left out." },
        ],
        Run = Run,
    };

    private static int Run(CommandLine line)
    {
        var address = StoreSetting.Postgres(line.Value("to")) ?? throw Refusal.Usage(
            "No database to move to was named.", "Name it: wigwag migrate --to postgres://user@host/database, or set WIGWAG_STORE.");
        var home = Home.FromEnvironment();
        home.Create();
        using var owned = FileLock.Take(home.ServerLock, TimeSpan.Zero) ?? throw new Refusal(Error.Conflict(
            "server_running", $"A server works on {home.Root}.", "Run 'wigwag stop', then migrate."));
        try
        {
            var report = Move(home, address, line.IsQuiet || line.IsJson ? _ => { } : Console.Error.WriteLine).GetAwaiter().GetResult();
            return Print(line, report);
        }
        catch (StoreRefusedException e)
        {
            throw new Refusal(Error.Conflict("not_moved", e.Message, "See 'wigwag migrate --help'."));
        }
        catch (StoreUnavailableException e)
        {
            throw new Refusal(Error.Unavailable("store_unavailable", $"{address}: {e.Message}", "Run it again; it goes on where it was."));
        }
    }

    private static async Task<MoveReport> Move(Home home, PostgresAddress address, Action<string> told)
    {
        await using var source = (SqliteStore)StoreSetting.Open(home, null, log: null); // its migrations run, and nobody else opens it
        await using var target = await PostgresStore.OpenForMove(address);
        return await DatabaseMove.Run(home.Database, FileBlobs.Open(home.Blobs), target, StoreSetting.Blobs(home, target), told, CancellationToken.None);
    }

    private static int Print(CommandLine line, MoveReport report)
    {
        if (!line.IsQuiet)
        {
            var tables = string.Join(',', report.Tables.Select(table => $"{{\"table\":{Json.Quote(table.Name)},\"rows\":{table.Rows},\"checksum\":{Json.Quote(table.Checksum)}}}"));
            var json = $"{{\"tables\":[{tables}],\"attachments\":{report.Attachments},\"missing_attachments\":[{string.Join(',', report.Missing.Select(Json.Quote))}]}}";
            var terminal = new Terminal(line.Flag("no_color"));
            if (line.IsJson)
            {
                terminal.Line(json);
            }
            else
            {
                AnswerView.Write(terminal, Json.Parse(json));
            }
            terminal.Flush();
        }
        return ExitCode.Ok;
    }
}
