using System.Security.Cryptography;
using System.Text;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// The program's migrations, forward only: <c>NNNN_name.sql</c> for every engine, <c>NNNN_name.sqlite.sql</c> for this one. Each runs
/// once, in a transaction of its own, and is recorded with the checksum of its text.
/// </summary>
internal static class Migrations
{
    /// <summary>One migration.</summary>
    internal sealed record Migration(string Name, string Sql)
    {
        public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n").Trim())));
    }

    /// <summary>Every migration of this program for SQLite, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = [.. Embedded().OrderBy(migration => migration.Name, StringComparer.Ordinal)];

    /// <summary>Brings the database up to this program; the names of what ran.</summary>
    /// <exception cref="StoreRefusedException">A newer program, or another text of the same migration, made it.</exception>
    public static IReadOnlyList<string> Run(Connection connection, IReadOnlyList<Migration> migrations, DateTimeOffset now)
    {
        var recorded = Recorded(connection);
        if (recorded.Keys.Except(migrations.Select(migration => migration.Name)).Order(StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            throw new StoreRefusedException(
                $"The database is newer than this program: it has the migration {unknown}. Install the version of Wigwag that made it, or a newer one.");
        }
        List<string> ran = [];
        // A migration may rebuild a table that others refer to; references are checked as a whole before it commits.
        connection.RunScript("PRAGMA foreign_keys = OFF");
        foreach (var migration in migrations)
        {
            if (!recorded.TryGetValue(migration.Name, out var checksum))
            {
                Run(connection, migration, now);
                ran.Add(migration.Name);
            }
            else if (checksum != migration.Checksum)
            {
                throw new StoreRefusedException($"The database was made with another text of the migration {migration.Name}; this program cannot use it.");
            }
        }
        connection.RunScript("PRAGMA foreign_keys = ON");
        return ran;
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

    private static IEnumerable<Migration> Embedded()
    {
        var assembly = typeof(Migrations).Assembly;
        foreach (var name in assembly.GetManifestResourceNames())
        {
            if (name.EndsWith(".sql", StringComparison.Ordinal) && !name.EndsWith(".postgres.sql", StringComparison.Ordinal))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                yield return new(name, reader.ReadToEnd());
            }
        }
    }
}
