using System.Data.Common;
using Microsoft.Extensions.Logging;
using Wigwag.Core.Attachments;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Storage.Blobs;
using Wigwag.Storage.Postgres;
using Wigwag.Storage.S3;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Program.Serving;

/// <summary>
/// Which database a server works on: the SQLite file of its home, or the PostgreSQL database that <c>--store</c>, <c>WIGWAG_STORE</c> or the
/// file that <c>WIGWAG_STORE_FILE</c> names. A password is taken from the environment or a file, never from the command line.
/// </summary>
internal static class StoreSetting
{
    /// <summary>The PostgreSQL database that is set, or null for the home's own file.</summary>
    /// <param name="option">The value of <c>--store</c>, or null.</param>
    /// <exception cref="Refusal">What is set is no address, or its file cannot be read.</exception>
    public static PostgresAddress? Postgres(string? option)
    {
        if (option is not null && Parse(option, "--store") is var asked)
        {
            return !asked.HasPassword ? asked : throw Refusal.Usage(
                "--store has a password in it, which every user of this machine can read.",
                "Put the address into WIGWAG_STORE, or into a file that WIGWAG_STORE_FILE names.");
        }
        if (Settings.Value("WIGWAG_STORE") is { } value)
        {
            return Parse(value, "WIGWAG_STORE");
        }
        return Settings.Value("WIGWAG_STORE_FILE") is { } file ? Parse(Read(file), "The file of WIGWAG_STORE_FILE") : null;
    }

    /// <summary>The server's database, opened; what forbids it as an error.</summary>
    public static IStore Open(Home home, PostgresAddress? postgres, ILogger? log)
    {
        try
        {
            return postgres is null
                ? SqliteStore.Open(home.Database, log: log)
                : PostgresStore.Open(postgres, log: log).GetAwaiter().GetResult();
        }
        catch (StoreInUseException e)
        {
            throw new Refusal(Error.Conflict("database_in_use", e.Message, "Stop that process, or set WIGWAG_HOME to another directory."));
        }
        catch (StoreRefusedException e)
        {
            throw new Refusal(Error.Unavailable("database_refused", e.Message, e.Next ?? "Run 'wigwag doctor'."));
        }
        catch (StoreUnavailableException e)
        {
            throw new Refusal(Error.Unavailable(
                e.IsDiskFull ? "disk_full" : "store_unavailable",
                postgres is null ? e.Message : $"{postgres}: {e.Message}",
                postgres is null ? "Run 'wigwag doctor'." : "See that the database is there, and that this machine and user may connect."));
        }
        catch (DbException e)
        {
            throw new Refusal(Error.Unavailable("store_unavailable", $"The database cannot be opened: {e.Message}", "Run 'wigwag doctor'."));
        }
    }

    /// <summary>
    /// Where attachments lie: beside the SQLite file, so that a backup of the one has the others; with PostgreSQL in the database, or in the
    /// directory or S3-compatible store that is set.
    /// </summary>
    public static IBlobs Blobs(Home home, IStore store)
    {
        var place = Settings.Value("WIGWAG_ATTACHMENTS");
        var isElsewhere = place is not (null or "database");
        if (store is not PostgresStore postgres)
        {
            return !isElsewhere ? FileBlobs.Open(home.Blobs) : throw Refusal.Usage(
                "WIGWAG_ATTACHMENTS is for servers that share a PostgreSQL database; attachments of a SQLite file lie beside it.",
                "Leave it out, or set WIGWAG_STORE.");
        }
        return !isElsewhere ? new PostgresBlobs(postgres)
            : place!.StartsWith("s3:", StringComparison.Ordinal) ? new S3Blobs(S3(place), () => S3Credentials.From(Settings.Value))
            : FileBlobs.Open(place, isShared: true);
    }

    /// <summary>What is said of a backup of PostgreSQL.</summary>
    public static readonly Error BackupElsewhere = Error.Unavailable(
        "backup_by_postgresql",
        "This server's database is PostgreSQL, which has its own tools for backups.",
        "Use pg_dump for a copy, or archive its write-ahead log for point-in-time recovery; docs/deploy.md shows both.");

    private static S3Address S3(string text) => S3Address.TryParse(text, Settings.Value("AWS_REGION") ?? Settings.Value("AWS_DEFAULT_REGION"), out var address, out var reason)
        ? address
        : throw Refusal.Usage($"WIGWAG_ATTACHMENTS is no place in an S3-compatible store: {reason}", "Write it as s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1.");

    private static PostgresAddress Parse(string text, string source) => PostgresAddress.TryParse(text.Trim(), out var address, out var reason)
        ? address!
        : throw Refusal.Usage($"{source} is no address of a database: {reason}", "Write it as postgres://user@host:5432/database?sslmode=verify-full.");

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refusal.Usage($"The file of WIGWAG_STORE_FILE cannot be read: {e.Message}", "Name a file with the address in it that this user may read.");
        }
    }
}
