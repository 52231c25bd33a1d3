using System.Data.Common;
using System.Globalization;

namespace Wigwag.Core.Store;

/// <summary>One row of an answer, read by column name. Times are stored as milliseconds since 1970, booleans as 0 and 1.</summary>
public readonly struct Row(DbDataReader reader)
{
    public string Text(string column) => reader.GetString(reader.GetOrdinal(column));

    public string? TextOrNull(string column) => reader.GetOrdinal(column) is var i && reader.IsDBNull(i) ? null : reader.GetString(i);

    public long Number(string column) => Number(reader, reader.GetOrdinal(column));

    public long? NumberOrNull(string column) => reader.GetOrdinal(column) is var i && reader.IsDBNull(i) ? null : Number(reader, i);

    public bool Flag(string column) => Number(column) != 0;

    public DateTimeOffset Time(string column) => DateTimeOffset.FromUnixTimeMilliseconds(Number(column));

    public DateTimeOffset? TimeOrNull(string column) => NumberOrNull(column) is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;

    /// <summary>A number of any width: an engine may give a constant or a sum another than a column.</summary>
    public static long Number(DbDataReader reader, int column) => reader.GetFieldType(column) == typeof(long)
        ? reader.GetInt64(column)
        : Convert.ToInt64(reader.GetValue(column), CultureInfo.InvariantCulture);
}
