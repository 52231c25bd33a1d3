using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// A prepared statement and the row it stands on. The driver's command looks every parameter and column up by name each time it runs,
/// which costs as much as a small statement itself; here that is done once.
/// </summary>
internal sealed class Statement : Row, IDisposable
{
    private const int MostOnStack = 512;

    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;
    private readonly string _sql;
    private readonly Dictionary<string, int> _columns;
    private string[]? _names;
    private int[] _places = []; // of the parameters so named, from 1; 0 for one that the statement does not use

    /// <exception cref="SqliteException">It is no statement.</exception>
    public Statement(sqlite3 connection, string sql)
    {
        (_connection, _sql) = (connection, sql);
        SqliteException.ThrowExceptionForRC(
            raw.sqlite3_prepare_v3(connection, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement, out var rest), connection);
        if (!string.IsNullOrWhiteSpace(rest))
        {
            _statement.Dispose();
            throw new ArgumentException($"One statement at a time: {sql}", nameof(sql));
        }
        var columns = raw.sqlite3_column_count(_statement);
        _columns = new(columns, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < columns; i++)
        {
            _columns.TryAdd(raw.sqlite3_column_name(_statement, i).utf8_to_string(), i);
        }
    }

    /// <summary>Of its connection, counted; the least is the longest unused.</summary>
    public long LastUse { get; set; }

    /// <summary>Gives the parameters their values.</summary>
    /// <exception cref="InvalidOperationException">One that the statement uses is missing.</exception>
    public void Bind(ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!Takes(parameters))
        {
            Learn(parameters);
        }
        for (var i = 0; i < parameters.Length; i++)
        {
            if (_places[i] > 0)
            {
                SqliteException.ThrowExceptionForRC(Bind(_places[i], StoredValue.Of(parameters[i].Value)), _connection);
            }
        }
    }

    /// <summary>Goes to the next row; false after the last, or when it answers none.</summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public bool Step()
    {
        var outcome = raw.sqlite3_step(_statement);
        if (outcome is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(outcome, _connection);
        }
        return outcome == raw.SQLITE_ROW;
    }

    /// <summary>Ends this run: the next begins from the start.</summary>
    public void Reset() => raw.sqlite3_reset(_statement); // it repeats what the last step said

    public void Dispose() => _statement.Dispose();

    /// <summary>The first column of the row, or null.</summary>
    public long? First() => IsNull(0) ? null : raw.sqlite3_column_int64(_statement, 0);

    protected override int Place(string column) => _columns.TryGetValue(column, out var place)
        ? place
        : throw new ArgumentOutOfRangeException(nameof(column), column, $"There is no such column in: {_sql}");

    protected override bool IsNull(int place) => raw.sqlite3_column_type(_statement, place) == raw.SQLITE_NULL;

    protected override string Text(int place) => IsNull(place) ? throw Null(place) : Encoding.UTF8.GetString(raw.sqlite3_column_blob(_statement, place));

    protected override long Number(int place) => IsNull(place) ? throw Null(place) : raw.sqlite3_column_int64(_statement, place);

    private InvalidOperationException Null(int place) => new($"Column {place} is null in: {_sql}");

    private bool Takes(ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (parameters.Length != _names?.Length)
        {
            return false;
        }
        for (var i = 0; i < _names.Length; i++)
        {
            if (_names[i] != parameters[i].Name)
            {
                return false;
            }
        }
        return true;
    }

    private void Learn(ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var names = new string[parameters.Length];
        var places = new int[parameters.Length];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = parameters[i].Name;
            places[i] = raw.sqlite3_bind_parameter_index(_statement, "@" + names[i]);
        }
        (_names, _places) = (names, places);
        if (places.Distinct().Count(place => place > 0) < raw.sqlite3_bind_parameter_count(_statement))
        {
            _names = null;
            throw new InvalidOperationException($"A parameter is missing for: {_sql}");
        }
    }

    private int Bind(int place, object value) => value switch
    {
        "" => raw.sqlite3_bind_text(_statement, place, ""), // an empty span has no address, and would be null
        string text => BindText(place, text),
        long number => raw.sqlite3_bind_int64(_statement, place, number),
        int number => raw.sqlite3_bind_int64(_statement, place, number),
        double number => raw.sqlite3_bind_double(_statement, place, number),
        byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(_statement, place, 0),
        byte[] bytes => raw.sqlite3_bind_blob(_statement, place, bytes),
        _ => raw.sqlite3_bind_null(_statement, place),
    };

    private int BindText(int place, string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = most <= MostOnStack ? null : ArrayPool<byte>.Shared.Rent(most);
        Span<byte> bytes = rented ?? stackalloc byte[MostOnStack];
        var outcome = raw.sqlite3_bind_text(_statement, place, bytes[..Encoding.UTF8.GetBytes(text, bytes)]); // it makes a copy
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
        return outcome;
    }
}
