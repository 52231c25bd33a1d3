using System.Data.Common;
using System.Globalization;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresRow(DbDataReader reader) : Row
{
    public static long NumberAt(DbDataReader reader, int place) => reader.GetFieldType(place) == typeof(long)
        ? reader.GetInt64(place)
        : Convert.ToInt64(reader.GetValue(place), CultureInfo.InvariantCulture);

    protected override int Place(string column) => reader.GetOrdinal(column);

    protected override bool IsNull(int place) => reader.IsDBNull(place);

    protected override string Text(int place) => reader.GetString(place);

    protected override long Number(int place) => NumberAt(reader, place);
}
