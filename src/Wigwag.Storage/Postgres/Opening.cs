using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wigwag.Core.Store;
using Wigwag.Storage.Schema;

namespace Wigwag.Storage.Postgres;

/// <summary>What is looked at before a database is used.</summary>
internal static class Opening
{
    /// <summary>In <c>meta</c> while a database is moved in.</summary>
    public const string Moving = "moving_from";

    /// <summary>What to do for a user without rights.</summary>
    public const string LetOwn = "Let the user of the address own the database: ALTER DATABASE … OWNER TO …, or create it with --owner.";

    private const int OldestVersion = 150000;

    /// <exception cref="StoreRefusedException">Rows were removed without which nothing can be numbered or fenced.</exception>
    public static async Task CheckTables(NpgsqlDataSource source, CancellationToken cancel)
    {
        foreach (var (sql, found) in ((string, string)[])
            [("SELECT 1 WHERE (SELECT COUNT(*) FROM seq_base) <> 1", "the table seq_base, from which numbers go on, has not its one row"), .. TableCheck.Statements])
        {
            await using var command = source.CreateCommand(sql);
            if (await command.ExecuteScalarAsync(cancel) is not null)
            {
                throw new StoreRefusedException($"The PostgreSQL database is not whole: {found}.") { Next = "Restore it from a backup, with pg_restore or to a point in time; see docs/deploy.md." };
            }
        }
    }

    /// <exception cref="StoreRefusedException">A move into the database has not ended.</exception>
    public static async Task CheckWhole(NpgsqlDataSource source, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"SELECT 1 FROM meta WHERE name = '{Moving}'");
        if (await command.ExecuteScalarAsync(cancel) is not null)
        {
            throw new StoreRefusedException("A move into this database has not ended. Run 'wigwag migrate' again where it was begun.");
        }
    }

    /// <summary>The server's version.</summary>
    /// <exception cref="StoreRefusedException">It is too old, or its texts are not UTF-8.</exception>
    public static async Task<string> CheckVersion(NpgsqlDataSource source, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(
            "SELECT current_setting('server_version_num'), current_setting('server_version'), current_setting('server_encoding')");
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        if (int.Parse(reader.GetString(0), CultureInfo.InvariantCulture) < OldestVersion)
        {
            throw new StoreRefusedException($"Wigwag needs PostgreSQL 15 or newer; this is {reader.GetString(1)}.");
        }
        return reader.GetString(2) == "UTF8"
            ? reader.GetString(1)
            : throw new StoreRefusedException($"Wigwag needs a database with the encoding UTF8; this one has {reader.GetString(2)}. Create one with ENCODING 'UTF8' TEMPLATE template0.");
    }

    /// <summary>
    /// Sees that the numbers to come follow those that are there, as they do not in a database that was moved to a cluster with smaller
    /// transaction ids; the time of the newest event.
    /// </summary>
    public static async Task<DateTimeOffset> CheckSequence(NpgsqlDataSource source, ILogger log, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, cancel);
        await using (var alone = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({AdvisoryKey.Migration})", connection, transaction))
        {
            await alone.ExecuteNonQueryAsync(cancel);
        }
        // A number of this transaction must be greater than every number there is.
        await using var rebase = new NpgsqlCommand(
            """
            UPDATE seq_base SET base = base + (l.last + 1 - next_seq())
            FROM (SELECT GREATEST((SELECT COALESCE(MAX(seq), 0) FROM events), (SELECT COALESCE(MAX(seq), 0) FROM messages)) AS last) l
            WHERE l.last >= next_seq()
            RETURNING l.last
            """,
            connection,
            transaction);
        if (await rebase.ExecuteScalarAsync(cancel) is long last)
        {
            Log.Rebased(log, last);
        }
        await using var newest = new NpgsqlCommand("SELECT COALESCE((SELECT at FROM events ORDER BY seq DESC LIMIT 1), 0)", connection, transaction);
        var at = (long)(await newest.ExecuteScalarAsync(cancel))!;
        await transaction.CommitAsync(cancel);
        return DateTimeOffset.FromUnixTimeMilliseconds(at);
    }
}
