using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;
using Wigwag.Storage.Backup;

namespace Wigwag.Program.Commands;

/// <summary><c>wigwag backup</c> and <c>wigwag restore</c></summary>
internal static class BackupCommand
{
    public static readonly Command Backup = new()
    {
        Words = "backup",
        Title = "Write everything to one file",
        Description = "Writes the database of one moment and every attachment to a new .tar file, or to a new folder when the name does not end in .tar, while the "
            + "server goes on working. The file is there when it is whole and on disk.",
        Example = "wigwag backup wigwag-backup.tar",
        Fields = [new() { Name = "file", Option = "file", Position = 0, IsRequired = true, Description = "A new file or folder." }],
        Run = RunBackup,
    };

    public static readonly Command Restore = new()
    {
        Words = "restore",
        Title = "Put a backup in place",
        Description = "Checks a backup and puts it in the place of the database, all of it or nothing. What was there is kept beside it. Refused while a server runs.",
        Example = "wigwag restore wigwag-backup.tar",
        Fields = [new() { Name = "file", Option = "file", Position = 0, IsRequired = true, Description = "What 'wigwag backup' wrote." }],
        Run = RunRestore,
    };

    private static int RunBackup(CommandLine line)
    {
        line.Require();
        var call = new Call
        {
            Method = "POST",
            Target = "/v1/backup",
            Body = Encoding.UTF8.GetBytes($"{{\"file\":{Json.Quote(Path.GetFullPath(line.Value("file")!))}}}"),
            Patience = TimeSpan.FromHours(1),
        };
        var home = Home.FromEnvironment();
        using var direct = line.Flag("no_server") ? Serving.DirectServer.Open(home) : null;
        var route = direct is null ? new Route(new LocalServer(home.Socket), null) : new(new LocalServer(direct.Socket), null) { IsDirect = true };
        var delivery = new Delivery(CommandIndex.Load(), home, route, Standing.At("/"), new(null, null));
        var reply = delivery.Send(call);
        return reply.IsSuccess ? Print(line, Encoding.UTF8.GetString(reply.Body)) : throw new Refusal(Problems.Read(reply, route.Server.Name));
    }

    private static int RunRestore(CommandLine line)
    {
        line.Require();
        if (Serving.StoreSetting.Postgres(null) is not null)
        {
            throw new Refusal(Serving.StoreSetting.BackupElsewhere);
        }
        var home = Home.FromEnvironment();
        home.Create();
        using var owned = FileLock.Take(home.ServerLock, TimeSpan.Zero) ?? throw Running(home);
        try
        {
            var restored = SqliteBackup.Restore(Path.GetFullPath(line.Value("file")!), home.Database, home.Blobs).GetAwaiter().GetResult();
            var previous = restored.Previous is null ? "" : $",\"previous\":{Json.Quote(restored.Previous)}";
            return Print(line, $"{{\"backed_up_at\":\"{restored.Manifest.CreatedAt:O}\",\"files\":{restored.Manifest.Files.Count}{previous}}}");
        }
        catch (StoreInUseException)
        {
            throw Running(home);
        }
        catch (StoreRefusedException e)
        {
            throw new Refusal(Error.Invalid("bad_backup", e.Message, "Nothing was changed; name another backup."));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new Refusal(Error.NotFound("no_such_backup", $"There is no backup {line.Value("file")}.", "Name what 'wigwag backup' wrote."));
        }
    }

    private static Refusal Running(Home home) => new(Error.Conflict(
        "server_running", $"A server works on {home.Root}, whose database would be replaced.", "Run 'wigwag stop', then restore."));

    /// <summary>Shows what was done, as the options ask.</summary>
    public static int Print(CommandLine line, string json)
    {
        if (!line.IsQuiet)
        {
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
