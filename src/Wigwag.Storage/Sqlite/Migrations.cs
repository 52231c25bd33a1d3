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
        var missing = Migration.Missing(migrations, Recorded(connection));
        // A migration may rebuild a table that others refer to; references are checked as a whole before it commits.
        connection.RunScript("PRAGMA foreign_keys = OFF");
        foreach (var migration in missing)
        {
            Run(connection, migration, now);
        }
        connection.RunScript("PRAGMA foreign_keys = ON");
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
        catch
        {
            connection.Abandon();
            throw;
        }
    }

    private static Dictionary<string, string> Recorded(Connection connection) =>
        connection.Scalar("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'schema_migrations'") == 0
            ? []
            : connection.Query("SELECT name, checksum FROM schema_migrations", row => (Name: row.Text("name"), Checksum: row.Text("checksum")))
                .ToDictionary(row => row.Name, row => row.Checksum, StringComparer.Ordinal);
}
