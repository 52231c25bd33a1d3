namespace Wigwag.Core.Store;

/// <summary>
/// The row that a statement stands on, read by column name. Times are stored as milliseconds since 1970, booleans as 0 and 1. It is
/// read at once: the next row takes its place.
/// </summary>
public abstract class Row
{
    public string Text(string column) => Text(Place(column));

    public string? TextOrNull(string column) => Place(column) is var place && IsNull(place) ? null : Text(place);

    public long Number(string column) => Number(Place(column));

    public long? NumberOrNull(string column) => Place(column) is var place && IsNull(place) ? null : Number(place);

    public bool Flag(string column) => Number(column) != 0;

    public DateTimeOffset Time(string column) => DateTimeOffset.FromUnixTimeMilliseconds(Number(column));

    public DateTimeOffset? TimeOrNull(string column) => NumberOrNull(column) is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;

    /// <summary>Where a column stands, from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    protected abstract int Place(string column);

    protected abstract bool IsNull(int place);

    /// <exception cref="InvalidOperationException">It is null.</exception>
    protected abstract string Text(int place);

    /// <summary>A number of any width: an engine may give a constant or a sum another than a column.</summary>
    /// <exception cref="InvalidOperationException">It is null.</exception>
    protected abstract long Number(int place);
}
