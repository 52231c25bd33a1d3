using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Wigwag.Storage.Moving;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Storage.Backup;

/// <summary>Copies every row that can be read from a damaged database into a new one of the same schema.</summary>
internal sealed class Salvage
{
    private readonly SqliteConnection _from;
    private readonly SqliteConnection _to;

    private Salvage(SqliteConnection from, SqliteConnection to) => (_from, _to) = (from, to);

    /// <summary>What was saved, and how many commits the damaged database had had, or null when it does not say.</summary>
    public static (List<RecoveredTable> Tables, long? Commits) Run(string image, string staged, DateTimeOffset now)
    {
        using var from = Open(image);
        Execute(from, "PRAGMA writable_schema = ON"); // a schema that is damaged in part is read in part
        var recorded = Ask(from, "SELECT name FROM schema_migrations", row => row.GetString(0)) is { Count: > 0 } names ? names.ToHashSet() : null;
        // As the damaged one was made, so that later migrations change its rows as they would have.
        using (var connection = Connection.OpenWriter(staged, new()))
        {
            Migrations.Run(connection, [.. Migrations.All.Where(migration => recorded?.Contains(migration.Name) != false)], now);
            connection.RunScript("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        List<RecoveredTable> tables;
        using (var to = Open(staged))
        {
            Execute(to, "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN");
            tables = TableShape.Of(to).ConvertAll(new Salvage(from, to).Copy);
            foreach (var index in Ask(to, "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE % USING fts5%'", row => row.GetString(0)))
            {
                Execute(to, $"INSERT INTO {index} ({index}) VALUES ('rebuild')");
            }
            Execute(to, "COMMIT");
        }
        long? commits = Ask(from, Identity.OfCommits, row => row.GetInt64(0)) is [var count, ..] ? count : null;
        var reached = Ask(from, "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name NOT IN ('commits', 'instance')", row => row.GetInt64(0));
        RestoredDatabase.Prepare(staged, new(reached is [var last, ..] ? last : 0, 0), now);
        return (tables, commits);
    }

    private RecoveredTable Copy(TableShape table)
    {
        var there = Ask(_from, $"SELECT name FROM pragma_table_info('{table.Name}')", row => row.GetString(0));
        var columns = table.Columns.Select(column => column.Name).Where(there.Contains).ToList();
        if (columns.Count == 0)
        {
            return new(table.Name, 0, 0, IsWhole: false);
        }
        var list = string.Join(", ", columns.Select(column => $"\"{column}\""));
        using var insert = _to.CreateCommand();
        var values = string.Join(", ", columns.Select((_, i) => $"$p{i.ToString(CultureInfo.InvariantCulture)}"));
        insert.CommandText = $"INSERT OR IGNORE INTO {table.Name} ({list}) VALUES ({values})";
        for (var i = 0; i < columns.Count; i++)
        {
            insert.Parameters.AddWithValue($"$p{i.ToString(CultureInfo.InvariantCulture)}", DBNull.Value);
        }
        var (rows, lost) = (0L, 0L);
        var isWhole = Scan(
            $"SELECT {list} FROM {table.Name} NOT INDEXED", reader => (rows, lost) = Put(insert, reader) ? (rows + 1, lost) : (rows, lost + 1));
        if (!isWhole)
        {
            // From the other end, up to the damage there; then what lies between, as far as an index tells what there is.
            var keys = string.Join(", ", table.Key.Select(key => $"\"{key}\""));
            Scan(
                $"SELECT {list} FROM {table.Name} NOT INDEXED ORDER BY {string.Join(", ", table.Key.Select(key => $"\"{key}\" DESC"))}",
                reader => rows += Put(insert, reader) ? 1 : 0);
            var indexes = $"SELECT name FROM pragma_index_list('{table.Name}') WHERE origin = 'c' AND partial = 0";
            foreach (var index in Ask(_from, indexes, row => row.GetString(0)))
            {
                var (saved, unreadable) = ByIndex(table, index, keys, list, insert);
                (rows, lost) = (rows + saved, Math.Max(lost, unreadable));
            }
        }
        return new(table.Name, rows, lost, isWhole);
    }

    private (long Saved, long Lost) ByIndex(TableShape table, string index, string keys, string list, SqliteCommand insert)
    {
        var named = new List<object[]>();
        Scan($"SELECT {keys} FROM {table.Name} INDEXED BY {index}", reader =>
        {
            var key = new object[table.Key.Count];
            reader.GetValues(key);
            named.Add(key);
        });
        var condition = string.Join(" AND ", table.Key.Select((key, i) => $"\"{key}\" = $k{i.ToString(CultureInfo.InvariantCulture)}"));
        using var isThere = Keyed(_to, $"SELECT 1 FROM {table.Name} WHERE {condition}", table.Key.Count);
        using var one = Keyed(_from, $"SELECT {list} FROM {table.Name} NOT INDEXED WHERE {condition}", table.Key.Count);
        var (saved, lost) = (0L, 0L);
        foreach (var key in named)
        {
            for (var i = 0; i < key.Length; i++)
            {
                isThere.Parameters[i].Value = one.Parameters[i].Value = key[i];
            }
            if (isThere.ExecuteScalar() is not null)
            {
                continue;
            }
            var isSaved = false;
            Scan(one, reader => isSaved |= Put(insert, reader));
            (saved, lost) = isSaved ? (saved + 1, lost) : (saved, lost + 1);
        }
        return (saved, lost);
    }

    // False for a row that is there already, or is none of this table's.
    private static bool Put(SqliteCommand insert, SqliteDataReader row)
    {
        for (var i = 0; i < row.FieldCount; i++)
        {
            insert.Parameters[i].Value = row.GetValue(i);
        }
        try
        {
            return insert.ExecuteNonQuery() > 0;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH)
        {
            return false;
        }
    }

    // False when it met damage before the end.
    private bool Scan(string sql, Action<SqliteDataReader> read)
    {
        using var command = _from.CreateCommand();
        command.CommandText = sql;
        return Scan(command, read);
    }

    private static bool Scan(SqliteCommand command, Action<SqliteDataReader> read)
    {
        try
        {
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                read(reader);
            }
            return true;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_ERROR or raw.SQLITE_IOERR)
        {
            return false;
        }
    }

    private static SqliteCommand Keyed(SqliteConnection connection, string sql, int keys)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < keys; i++)
        {
            command.Parameters.AddWithValue($"$k{i.ToString(CultureInfo.InvariantCulture)}", DBNull.Value);
        }
        return command;
    }

    // What can be read of an answer.
    private static List<T> Ask<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        var rows = new List<T>();
        Scan(command, reader => rows.Add(read(reader)));
        return rows;
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
