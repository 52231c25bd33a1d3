using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Wigwag.Core.Store;
using Wigwag.Storage.Schema;

namespace Wigwag.Storage.Sqlite;

/// <summary>Brings a SQLite database up to this program.</summary>
internal static class Migrations
{
    /// <summary>Every migration of this program for SQLite, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Migration.Of("sqlite");

    /// <summary>Brings the database up to this program; the names of what ran.</summary>
    /// <exception cref="StoreRefusedException">A newer program, or another text of the same migration, made it.</exception>
    public static IReadOnlyList<string> Run(Connection connection, IReadOnlyList<Migration> migrations, DateTimeOffset now)
    {
        var recorded = Recorded(connection);
        var missing = Migration.Missing(migrations, recorded);
        // The header knows how many there were; a database of before has 0 there.
        if (connection.Scalar("PRAGMA user_version") is { } known && known > recorded.Count)
        {
            throw Migration.Mismatch($"{known} ran, and {recorded.Count} are recorded");
        }
        // A migration may rebuild a table that others refer to; references are checked as a whole before it commits.
        connection.RunScript("PRAGMA foreign_keys = OFF");
        foreach (var migration in missing)
        {
            Run(connection, migration, now);
        }
        connection.RunScript("PRAGMA foreign_keys = ON");
        var count = recorded.Count + missing.Count;
        if (connection.Scalar("PRAGMA user_version") != count || connection.Scalar("PRAGMA application_id") != DatabaseHeader.OurApplication)
        {
            connection.RunScript(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {count}; PRAGMA application_id = {DatabaseHeader.OurApplication}"));
        }
        return [.. missing.Select(migration => migration.Name)];
    }

    private static void Run(Connection connection, Migration migration, DateTimeOffset now)
    {
        connection.Run("BEGIN IMMEDIATE");
        try
        {
            connection.RunScript(
                "CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL, at INTEGER NOT NULL) STRICT");
            connection.RunScript(migration.Sql);
            if (connection.Inspect("PRAGMA foreign_key_check", row => row.Text("table")) is [var table, ..])
            {
                throw new StoreRefusedException($"The migration {migration.Name} leaves rows of {table} that refer to nothing; it was rolled back.");
            }
            connection.Execute(
                "INSERT INTO schema_migrations (name, checksum, at) VALUES (@name, @checksum, @at)",
                ("name", migration.Name),
                ("checksum", migration.Checksum),
                ("at", now));
            connection.Run("COMMIT");
        }
        catch (Exception e)
        {
            connection.Abandon();
            throw e is SqliteException { SqliteErrorCode: raw.SQLITE_ERROR or raw.SQLITE_CONSTRAINT } failure
                ? Migration.Mismatch($"{migration.Name} cannot be run ({failure.Message.TrimEnd('.')})")
                : e;
        }
    }

    private static Dictionary<string, string> Recorded(Connection connection) =>
        connection.Scalar("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'schema_migrations'") == 0
            ? []
            : connection.Query("SELECT name, checksum FROM schema_migrations", row => (Name: row.Text("name"), Checksum: row.Text("checksum")))
                .ToDictionary(row => row.Name, row => row.Checksum, StringComparer.Ordinal);
}
