using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using Wigwag.Core.Attachments;
using Wigwag.Core.Store;
using Wigwag.Storage.Postgres;

namespace Wigwag.Storage.Moving;

/// <summary>A table after it was moved and compared.</summary>
/// <param name="Name">The table.</param>
/// <param name="Rows">How many rows both databases have.</param>
/// <param name="Checksum">SHA-256 of all values of both, row by row.</param>
public sealed record MovedTable(string Name, long Rows, string Checksum);

/// <summary>What a move brought over.</summary>
/// <param name="Tables">Each with what was compared.</param>
/// <param name="Attachments">How many attachments' bytes the database has now.</param>
/// <param name="Missing">Attachments whose bytes were not there to be moved.</param>
public sealed record MoveReport(IReadOnlyList<MovedTable> Tables, int Attachments, IReadOnlyList<string> Missing);

/// <summary>
/// Brings a SQLite database into an empty PostgreSQL database. It can be broken off and begun again at any time: what is there already
/// stays, and a server refuses the database until everything was compared.
/// </summary>
public static class DatabaseMove
{
    private const int RowsAtOnce = 500;
    private const int CharactersAtOnce = 4_000_000;

    /// <summary>Moves everything, and compares row by row.</summary>
    /// <param name="path">The SQLite database, which its caller owns.</param>
    /// <param name="from">Its attachments.</param>
    /// <param name="target">The PostgreSQL database, opened for a move.</param>
    /// <param name="to">Where its attachments go.</param>
    /// <param name="told">Is told of each step.</param>
    /// <param name="cancel">Breaks it off.</param>
    /// <exception cref="StoreRefusedException">The target holds something else, or what was compared differs.</exception>
    public static async Task<MoveReport> Run(
        string path, IBlobs from, PostgresStore target, IBlobs to, Action<string> told, CancellationToken cancel)
    {
        await using var source = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        await source.OpenAsync(cancel);
        await using var connection = await target.Pools.Writers.Source.OpenConnectionAsync(cancel);
        // Comparing takes as long as it takes.
        await Execute(connection, "SET statement_timeout = 0", cancel);
        await Begin(source, connection, cancel);
        var tables = TableShape.Of(source);
        foreach (var table in tables)
        {
            told($"{table.Name}: {await Copy(source, connection, table, cancel)} rows");
        }
        told("the index of words");
        await Execute(
            connection,
            """
            INSERT INTO messages_words (seq, words)
            SELECT m.seq, setweight(words_of(m.subject), 'A') || setweight(words_of(m.body), 'B') || setweight(words_of(m.issue_id), 'C')
            FROM messages m
            WHERE NOT EXISTS (SELECT 1 FROM messages_words w WHERE w.seq = m.seq)
            """,
            cancel);
        var (attachments, missing) = await Attachments(source, from, to, told, cancel);
        var moved = new List<MovedTable>();
        foreach (var table in tables)
        {
            moved.Add(await Compare(source, connection, table, cancel));
        }
        await Execute(connection, $"DELETE FROM meta WHERE name = '{Opening.Moving}'", cancel);
        return new(moved, attachments, missing);
    }

    // The mark says which database is being moved, so that a second try is told from another database.
    private static async Task Begin(SqliteConnection source, NpgsqlConnection target, CancellationToken cancel)
    {
        var identity = await Scalar(source, "SELECT COALESCE((SELECT seq || ' ' || at || ' ' || subject FROM events ORDER BY seq LIMIT 1), 'empty')", cancel);
        await using var mark = new NpgsqlCommand(
            $"""
            INSERT INTO meta (name, value) SELECT '{Opening.Moving}', $1
            WHERE NOT EXISTS (SELECT 1 FROM events) AND NOT EXISTS (SELECT 1 FROM projects)
            ON CONFLICT (name) DO NOTHING
            """,
            target)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = identity } },
        };
        await mark.ExecuteNonQueryAsync(cancel);
        await using var marked = new NpgsqlCommand($"SELECT value FROM meta WHERE name = '{Opening.Moving}'", target);
        if (await marked.ExecuteScalarAsync(cancel) as string != identity)
        {
            throw new StoreRefusedException("The PostgreSQL database holds something already; nothing was changed. Move into a new, empty database.");
        }
    }

    private static async Task<long> Copy(SqliteConnection source, NpgsqlConnection target, TableShape table, CancellationToken cancel)
    {
        await using var select = source.CreateCommand();
        select.CommandText = table.Select;
        await using var reader = await select.ExecuteReaderAsync(cancel);
        var columns = table.Columns.Select(_ => new List<object?>()).ToArray();
        long rows = 0, characters = 0;
        while (await reader.ReadAsync(cancel))
        {
            rows++;
            for (var i = 0; i < columns.Length; i++)
            {
                object? value = await reader.IsDBNullAsync(i, cancel) ? null : table.Columns[i].IsText ? reader.GetString(i) : reader.GetInt64(i);
                characters += (value as string)?.Length ?? 0;
                columns[i].Add(value);
            }
            if (columns[0].Count == RowsAtOnce || characters > CharactersAtOnce)
            {
                await Insert(target, table, columns, cancel);
                characters = 0;
            }
        }
        await Insert(target, table, columns, cancel);
        return rows;
    }

    private static async Task Insert(NpgsqlConnection target, TableShape table, List<object?>[] columns, CancellationToken cancel)
    {
        if (columns[0].Count == 0)
        {
            return;
        }
        var arrays = string.Join(", ", table.Columns.Select((column, i) => $"${i + 1}::{(column.IsText ? "text" : "bigint")}[]"));
        await using var insert = new NpgsqlCommand(
            $"INSERT INTO {table.Name} ({table.ColumnList}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING", target);
        for (var i = 0; i < columns.Length; i++)
        {
            insert.Parameters.Add(table.Columns[i].IsText
                ? new NpgsqlParameter<string?[]> { TypedValue = [.. columns[i].Select(value => (string?)value)] }
                : new NpgsqlParameter<long?[]> { TypedValue = [.. columns[i].Select(value => (long?)value)] });
            columns[i].Clear();
        }
        await insert.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<(int Moved, List<string> Missing)> Attachments(
        SqliteConnection source, IBlobs from, IBlobs to, Action<string> told, CancellationToken cancel)
    {
        await using var select = source.CreateCommand();
        select.CommandText = "SELECT DISTINCT content_id FROM attachments ORDER BY content_id";
        await using var reader = await select.ExecuteReaderAsync(cancel);
        var (moved, missing) = (0, new List<string>());
        while (await reader.ReadAsync(cancel))
        {
            var id = ContentId.Parse(reader.GetString(0));
            await using var bytes = await to.Find(id, cancel) is null ? await from.Open(id, cancel) : Stream.Null;
            if (bytes is null)
            {
                missing.Add(id.Value);
                continue;
            }
            if (bytes != Stream.Null)
            {
                var kept = await to.Put(bytes, long.MaxValue, cancel);
                if (!kept.Try(out var blob, out var error) || blob.Content != id)
                {
                    throw new StoreRefusedException($"The attachment {id} could not be moved: {error?.Message ?? "its bytes are not those of its name."}");
                }
            }
            moved++;
        }
        told(string.Create(CultureInfo.InvariantCulture, $"{moved} attachments"));
        return (moved, missing);
    }

    private static async Task<MovedTable> Compare(SqliteConnection source, NpgsqlConnection target, TableShape table, CancellationToken cancel)
    {
        await using var there = source.CreateCommand();
        there.CommandText = table.Select;
        await using var ours = await there.ExecuteReaderAsync(cancel);
        var expected = await table.Sum(ours, _ => true, cancel);
        await using var here = new NpgsqlCommand(table.Select, target) { CommandTimeout = 0 };
        await using var theirs = await here.ExecuteReaderAsync(cancel);
        // The mark of the move is not of the source.
        var found = await table.Sum(theirs, row => table.Name != "meta" || row.GetString(0) != Opening.Moving, cancel);
        return found == expected
            ? new(table.Name, found.Rows, found.Checksum)
            : throw new StoreRefusedException(
                $"The table {table.Name} differs after the move ({expected.Rows} rows here, {found.Rows} there). Drop the PostgreSQL database, make it anew and move again.");
    }

    private static async Task<string> Scalar(SqliteConnection source, string sql, CancellationToken cancel)
    {
        await using var command = source.CreateCommand();
        command.CommandText = sql;
        return (string)(await command.ExecuteScalarAsync(cancel))!;
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancel);
    }
}
