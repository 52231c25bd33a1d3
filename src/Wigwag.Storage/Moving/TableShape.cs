using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Wigwag.Storage.Moving;

/// <summary>A table that moves: its columns, and the order in which both engines give its rows.</summary>
internal sealed record TableShape(string Name, IReadOnlyList<(string Name, bool IsText)> Columns, IReadOnlyList<string> Key)
{
    public string ColumnList => string.Join(", ", Columns.Select(column => $"\"{column.Name}\""));

    public string Select => $"SELECT {ColumnList} FROM {Name} ORDER BY {string.Join(", ", Key.Select(key => $"\"{key}\""))}";

    /// <summary>The tables of a SQLite database that hold its state; indexes of words are made anew.</summary>
    public static List<TableShape> Of(SqliteConnection source)
    {
        var names = Rows(
            source,
            """
            SELECT t.name FROM pragma_table_list t
            WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND t.name <> 'schema_migrations'
            ORDER BY t.name
            """,
            row => row.GetString(0));
        return names.ConvertAll(name =>
        {
            var columns = Rows(
                source,
                $"SELECT name, type, pk FROM pragma_table_info('{name}') ORDER BY cid",
                row => (Name: row.GetString(0), IsText: row.GetString(1) == "TEXT", Key: row.GetInt64(2)));
            var key = columns.Where(column => column.Key > 0).OrderBy(column => column.Key).Select(column => column.Name).ToList();
            return new TableShape(name, columns.ConvertAll(column => (column.Name, column.IsText)), key);
        });
    }

    /// <summary>How many rows a reader gives, and a checksum of all their values in order.</summary>
    public async Task<(long Rows, string Checksum)> Sum(DbDataReader reader, Func<DbDataReader, bool> counts, CancellationToken cancel)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long rows = 0;
        while (await reader.ReadAsync(cancel))
        {
            if (!counts(reader))
            {
                continue;
            }
            rows++;
            for (var i = 0; i < Columns.Count; i++)
            {
                var value = await reader.IsDBNullAsync(i, cancel) ? "-"
                    : Columns[i].IsText ? "+" + reader.GetString(i)
                    : reader.GetInt64(i).ToString(CultureInfo.InvariantCulture);
                digest.AppendData(Encoding.UTF8.GetBytes($"{value.Length}:{value}"));
            }
        }
        return (rows, Convert.ToHexStringLower(digest.GetHashAndReset()));
    }

    private static List<T> Rows<T>(SqliteConnection source, string sql, Func<SqliteDataReader, T> read)
    {
        using var command = source.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }
        return rows;
    }
}
