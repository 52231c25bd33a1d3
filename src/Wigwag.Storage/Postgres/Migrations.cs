using System.Data;
using System.Text.RegularExpressions;
using Npgsql;
using Wigwag.Storage.Schema;

namespace Wigwag.Storage.Postgres;

/// <summary>Brings a PostgreSQL database up to this program, one server at a time.</summary>
internal static partial class Migrations
{
    private static readonly IReadOnlyList<Migration> All = Migration.Of("postgres");

    /// <summary>The names of what ran; whoever comes at the same time waits and finds nothing to do.</summary>
    /// <param name="source">Of connections that are closed after use: with this one go the lock and the settings.</param>
    /// <param name="now">When it happens.</param>
    /// <param name="cancel">Gives up; what was committed stays.</param>
    /// <exception cref="Core.Store.StoreRefusedException">A newer program, or another text of the same migration, made the database.</exception>
    public static async Task<IReadOnlyList<string>> Run(NpgsqlDataSource source, DateTimeOffset now, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        // As long as a migration of another server takes.
        await Execute(connection, "SET statement_timeout = 0; SET lock_timeout = 0; SET synchronous_commit = on", cancel);
        await Execute(connection, $"SELECT pg_advisory_lock({AdvisoryKey.Migration})", cancel, timeoutSeconds: 600);
        await Execute(connection, """CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT COLLATE "C" PRIMARY KEY, checksum TEXT NOT NULL, at BIGINT NOT NULL)""", cancel);
        var missing = Migration.Missing(All, await Recorded(connection, cancel));
        foreach (var migration in missing)
        {
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancel);
            await Execute(connection, migration.Name.EndsWith(".postgres.sql", StringComparison.Ordinal) ? migration.Sql : Translate(migration.Sql), cancel, timeoutSeconds: 0);
            await using var record = new NpgsqlCommand("INSERT INTO schema_migrations (name, checksum, at) VALUES ($1, $2, $3)", connection)
            {
                Parameters = { new() { Value = migration.Name }, new() { Value = migration.Checksum }, new() { Value = now.ToUnixTimeMilliseconds() } },
            };
            await record.ExecuteNonQueryAsync(cancel);
            await transaction.CommitAsync(cancel);
        }
        return [.. missing.Select(migration => migration.Name)];
    }

    /// <summary>
    /// The tongue of the shared migrations in PostgreSQL's: 64-bit numbers, texts in the order of their bytes, and in the place of
    /// AUTOINCREMENT numbers that lead with the transaction.
    /// </summary>
    internal static string Translate(string sql)
    {
        sql = AutoIncrement().Replace(sql, "BIGINT NOT NULL PRIMARY KEY DEFAULT next_seq()");
        sql = Integer().Replace(sql, "BIGINT");
        sql = Text().Replace(sql, """TEXT COLLATE "C" """.TrimEnd());
        sql = Blob().Replace(sql, "BYTEA");
        sql = Real().Replace(sql, "DOUBLE PRECISION");
        return TableOptions().Replace(sql, ");");
    }

    [GeneratedRegex(@"\bINTEGER\s+(NOT\s+NULL\s+)?PRIMARY\s+KEY\s+AUTOINCREMENT\b")]
    private static partial Regex AutoIncrement();

    [GeneratedRegex(@"\bINTEGER\b")]
    private static partial Regex Integer();

    [GeneratedRegex(@"(?<!\bAS\s+)\bTEXT\b")]
    private static partial Regex Text();

    [GeneratedRegex(@"\bBLOB\b")]
    private static partial Regex Blob();

    [GeneratedRegex(@"\bREAL\b")]
    private static partial Regex Real();

    [GeneratedRegex(@"\)\s*(STRICT|WITHOUT\s+ROWID)(\s*,\s*(STRICT|WITHOUT\s+ROWID))?\s*;")]
    private static partial Regex TableOptions();

    private static async Task<Dictionary<string, string>> Recorded(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT name, checksum FROM schema_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var recorded = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancel))
        {
            recorded.Add(reader.GetString(0), reader.GetString(1));
        }
        return recorded;
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancel, int timeoutSeconds = 30)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = timeoutSeconds };
        await command.ExecuteNonQueryAsync(cancel);
    }
}
