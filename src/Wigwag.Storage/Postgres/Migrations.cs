using System.Data;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Wigwag.Core.Store;
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
        await CheckIsOurs(connection, cancel);
        await Execute(connection, """CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT COLLATE "C" PRIMARY KEY, checksum TEXT NOT NULL, at BIGINT NOT NULL)""", cancel);
        var recorded = await Recorded(connection, cancel);
        var missing = Migration.Missing(All, recorded);
        await CheckCount(connection, recorded.Count, cancel);
        foreach (var migration in missing)
        {
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancel);
            try
            {
                await Execute(connection, migration.Name.EndsWith(".postgres.sql", StringComparison.Ordinal) ? migration.Sql : Translate(migration.Sql), cancel, timeoutSeconds: 0);
            }
            catch (PostgresException e) when (IsMismatch(e))
            {
                throw Migration.Mismatch($"{migration.Name} cannot be run ({e.MessageText})");
            }
            await using var record = new NpgsqlCommand("INSERT INTO schema_migrations (name, checksum, at) VALUES ($1, $2, $3)", connection)
            {
                Parameters = { new() { Value = migration.Name }, new() { Value = migration.Checksum }, new() { Value = now.ToUnixTimeMilliseconds() } },
            };
            await record.ExecuteNonQueryAsync(cancel);
            await transaction.CommitAsync(cancel);
        }
        if (missing.Count > 0)
        {
            await Execute(connection, string.Create(CultureInfo.InvariantCulture, $"COMMENT ON TABLE schema_migrations IS '{recorded.Count + missing.Count} migrations of Wigwag'"), cancel);
        }
        return [.. missing.Select(migration => migration.Name)];
    }

    /// <summary>True for what a migration meets whose tables are there already, or whose predecessors' are not.</summary>
    internal static bool IsMismatch(PostgresException e) => e.SqlState is PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateColumn
        or PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.DuplicateFunction or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn
        or PostgresErrorCodes.UndefinedFunction;

    // Another program's database is left alone; what extensions bring is nobody's.
    private static async Task CheckIsOurs(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT
              (SELECT string_agg(a.attname::text, ' ' ORDER BY a.attname) FROM pg_attribute a
               WHERE a.attrelid = to_regclass('schema_migrations') AND a.attnum > 0 AND NOT a.attisdropped),
              (SELECT c.relname::text FROM pg_class c
               WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                 AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
               ORDER BY c.relname LIMIT 1),
              current_schema() IS NULL
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        if (reader.GetBoolean(2))
        {
            throw new StoreRefusedException("The database's user has no schema to make tables in.") { Next = Postgres.Opening.LetOwn };
        }
        var columns = await reader.IsDBNullAsync(0, cancel) ? null : reader.GetString(0);
        var table = await reader.IsDBNullAsync(1, cancel) ? null : reader.GetString(1);
        if (columns is not (null or "at checksum name") || (columns is null && table is not null))
        {
            throw new StoreRefusedException($"The PostgreSQL database is another program's: it has the table {(columns is null ? table : "schema_migrations of another form")}.")
            {
                Next = "Name an empty database of Wigwag's own; nothing was changed in this one.",
            };
        }
    }

    // In the comment of the table, where no row is: how many migrations ran.
    private static async Task CheckCount(NpgsqlConnection connection, int recorded, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT obj_description(to_regclass('schema_migrations'), 'pg_class')", connection);
        if (await command.ExecuteScalarAsync(cancel) is string comment && int.TryParse(comment.Split(' ')[0], CultureInfo.InvariantCulture, out var ran) && ran > recorded)
        {
            throw Migration.Mismatch($"{ran} ran, and {recorded} are recorded");
        }
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
