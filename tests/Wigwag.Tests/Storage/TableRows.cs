using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using Wigwag.Storage.Postgres;

namespace Wigwag.Tests.Storage;

/// <summary>Every row of every table of a database, as text, past every layer of the program.</summary>
internal static class TableRows
{
    /// <summary>By the name of its table, each row with its values by column; also of the tables behind the full-text indexes.</summary>
    public static Dictionary<string, List<Dictionary<string, string?>>> OfSqlite(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        var tables = new Dictionary<string, List<Dictionary<string, string?>>>(StringComparer.Ordinal);
        foreach (var table in Names(connection, "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') AND name NOT IN ('sqlite_schema')"))
        {
            var columns = Names(connection, $"SELECT name FROM pragma_table_info('{table}') ORDER BY cid");
            using var select = connection.CreateCommand();
            select.CommandText = $"SELECT {string.Join(", ", columns.Select(column => $"CASE WHEN \"{column}\" IS NOT NULL THEN quote(\"{column}\") END"))} FROM \"{table}\"";
            using var reader = select.ExecuteReader();
            tables[table] = [];
            while (reader.Read())
            {
                tables[table].Add(columns.Index().ToDictionary(column => column.Item, column => reader.IsDBNull(column.Index) ? null : reader.GetString(column.Index)));
            }
        }
        return tables;
    }

    /// <summary>The same of PostgreSQL, where texts are not quoted.</summary>
    public static async Task<Dictionary<string, List<Dictionary<string, string?>>>> OfPostgres(PostgresStore store)
    {
        await using var connection = await store.Pools.Writers.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var tables = new Dictionary<string, List<Dictionary<string, string?>>>(StringComparer.Ordinal);
        foreach (var table in await Names(connection, "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"))
        {
            var columns = await Names(connection, $"SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '{table}' ORDER BY ordinal_position");
            await using var select = new NpgsqlCommand($"SELECT {string.Join(", ", columns.Select(column => $"\"{column}\"::text"))} FROM \"{table}\"", connection);
            await using var reader = await select.ExecuteReaderAsync();
            tables[table] = [];
            while (await reader.ReadAsync())
            {
                tables[table].Add(columns.Index().ToDictionary(column => column.Item, column => reader.IsDBNull(column.Index) ? null : reader.GetString(column.Index)));
            }
        }
        return tables;
    }

    /// <summary>A row as one line, for comparing.</summary>
    public static List<string> Lines(List<Dictionary<string, string?>> rows) =>
        [.. rows.Select(row => string.Join(" | ", row.OrderBy(column => column.Key, StringComparer.Ordinal).Select(column => $"{column.Key}={Plain(column.Value)}"))).Order(StringComparer.Ordinal)];

    // quote('it''s') is 'it''s', where PostgreSQL gives it's.
    private static string Plain(string? value) =>
        value is ['\'', .. var inner, '\''] ? inner.Replace("''", "'", StringComparison.Ordinal) : value ?? "NULL";

    private static List<string> Names(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }
        return names;
    }

    private static async Task<List<string>> Names(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await reader.ReadAsync())
        {
            names.Add(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!);
        }
        return names;
    }
}
