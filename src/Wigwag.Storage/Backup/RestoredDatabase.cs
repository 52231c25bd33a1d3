using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Wigwag.Core.Feed;
using Wigwag.Core.Leases;
using Wigwag.Core.Store;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Storage.Backup;

/// <summary>Makes a database that was backed up one that can follow its lost successor: nothing that was given out since is given out again.</summary>
internal static class RestoredDatabase
{
    // More rows than any server numbers between a backup and its loss, and as many fencing tokens. Where the old database cannot be read,
    // its numbers are known to be no more than 2^16 for each second since 1970.
    private const long MostLost = 1L << 32;
    private const int NumbersASecond = 16;

    /// <summary>How far a database had come.</summary>
    /// <param name="Number">The greatest number that any of its tables has given a row.</param>
    /// <param name="Token">The newest fencing token of any project.</param>
    public readonly record struct Reach(long Number, long Token);

    /// <summary>Checks the whole database, brings it up to this program, and moves on what may never go back.</summary>
    /// <exception cref="StoreRefusedException">It is damaged, or newer than this program.</exception>
    public static void Prepare(string staged, Reach lost, DateTimeOffset now)
    {
        using var connection = Connection.OpenWriter(staged, new());
        // Before the check: SQLite 3.40.0 to 3.41.0 take tables of an older schema for damaged (0030_dependency_keys.sqlite.sql).
        Migrations.Run(connection, Migrations.All, now);
        if (connection.Inspect("PRAGMA integrity_check(1)", row => row.Text("integrity_check")) is not ["ok"])
        {
            throw new StoreRefusedException("The database in the backup is damaged: its integrity check fails.");
        }
        connection.Run("BEGIN IMMEDIATE");
        MoveNumbersOn(connection, lost.Number, now);
        Remember(connection, Tokens.Floor, After(Math.Max(lost.Token, NewestToken(connection)), now).ToString(CultureInfo.InvariantCulture));
        Identity.Name(connection);
        Remember(connection, "restored_at", now.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
        connection.Run("COMMIT");
        connection.RunScript("PRAGMA journal_mode = DELETE");
    }

    /// <summary>How far the database to be replaced had come; nothing where it cannot be read.</summary>
    public static Reach Reached(string database, OwnerLock owner)
    {
        if (!File.Exists(database))
        {
            return default;
        }
        try
        {
            // SQLite would drop the log of an emptied database, and write into one that is damaged.
            var check = new DatabaseCheck(new(database), NullLogger.Instance);
            check.Run(owner.Database);
            // The log beside it is emptied into it, so that it can be replaced by one rename.
            using var old = Connection.OpenWriter(database, new());
            var number = Numbered(old).Select(table => table.Last).DefaultIfEmpty().Max();
            // A database of an older program has given out no tokens.
            var token = old.Scalar("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'lease_tokens'") > 0 ? NewestToken(old) : 0;
            old.RunScript("PRAGMA journal_mode = DELETE");
            return new(number, token);
        }
        catch (Exception e) when (e is SqliteException or StoreRefusedException)
        {
            return default; // a damaged database is why one restores
        }
    }

    private static void MoveNumbersOn(Connection connection, long lost, DateTimeOffset now)
    {
        var tables = Numbered(connection);
        var last = Math.Max(lost, After(tables.Max(table => table.Last), now));
        foreach (var (table, _) in tables)
        {
            connection.Execute("DELETE FROM sqlite_sequence WHERE name = @table", ("table", table));
            connection.Execute("INSERT INTO sqlite_sequence (name, seq) VALUES (@table, @last)", ("table", table), ("last", last));
        }
        var before = connection.First("SELECT value FROM meta WHERE name = @name", row => row.Text("value"), ("name", Timeline.Lost));
        Remember(connection, Timeline.Lost, Timeline.With(before, tables.Select(table => new Timeline.Gap(table.Table, table.Last, last))));
    }

    // Every table with AUTOINCREMENT, also one that has never had a row.
    private static List<(string Table, long Last)> Numbered(Connection connection) => connection.Query(
        """
        SELECT t.name, COALESCE((SELECT s.seq FROM sqlite_sequence s WHERE s.name = t.name), 0) AS last
        FROM sqlite_schema t WHERE t.type = 'table' AND t.sql LIKE '%AUTOINCREMENT%'
        """,
        row => (row.Text("name"), row.Number("last")));

    /// <summary>Above every number that may have been given out after <paramref name="newest"/>, also by a database that cannot be read any more.</summary>
    private static long After(long newest, DateTimeOffset now) => Math.Max(newest + MostLost, now.ToUnixTimeSeconds() << NumbersASecond);

    private static long NewestToken(Connection connection) => connection.Scalar(
        """
        SELECT MAX(token) FROM (
          SELECT token FROM lease_tokens
          UNION ALL
          SELECT CAST(value AS INTEGER) FROM meta WHERE name = @floor
        ) AS given
        """,
        ("floor", Tokens.Floor)) ?? 0;

    private static void Remember(Connection connection, string name, string value) => connection.Execute(
        """
        INSERT INTO meta (name, value) VALUES (@name, @value)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """,
        ("name", name),
        ("value", value));
}
