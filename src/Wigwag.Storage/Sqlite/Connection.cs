using Microsoft.Data.Sqlite;
using SQLitePCL;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Sqlite;

/// <summary>One connection with its prepared statements and its limits; used by one transaction at a time.</summary>
internal sealed class Connection : IDisposable
{
    // Between two looks at the time limit: well under a millisecond of work.
    private const int StepsBetweenChecks = 5000;

    // What these steps cost, in the units of a budget.
    private const int WorkBetweenChecks = 100;

    private const int CacheWrite = 9; // SQLITE_DBSTATUS_CACHE_WRITE

    private readonly SqliteConnection _connection;
    private readonly SqliteOptions _options;
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);
    private long _uses;
    private long _deadline = long.MaxValue;
    private Budget? _budget;

    private Connection(SqliteConnection connection, SqliteOptions options)
    {
        _connection = connection;
        _options = options;
    }

    /// <summary>The one connection that writes and checkpoints.</summary>
    public static Connection OpenWriter(string path, SqliteOptions options) => Open(
        path,
        options,
        writes: true,
        // The sub-journal of savepoints stays in memory; a full /tmp must not fail a command.
        """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 0;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA foreign_keys = ON;
        PRAGMA trusted_schema = OFF;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -16000;
        """);

    /// <summary>A connection that cannot write and never checkpoints, without mmap: a truncated file must not become a SIGBUS.</summary>
    public static Connection OpenReader(string path, SqliteOptions options) => Open(
        path,
        options,
        writes: false,
        """
        PRAGMA wal_autocheckpoint = 0;
        PRAGMA query_only = ON;
        PRAGMA mmap_size = 0;
        PRAGMA trusted_schema = OFF;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -2000;
        """);

    private static Connection Open(string path, SqliteOptions options, bool writes, string settings)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite, // the file was made before, with its permissions
            Pooling = false,
            DefaultTimeout = 1, // the driver's own retries; SQLite itself waits as busy_timeout says
        }.ConnectionString);
        try
        {
            connection.Open();
            var opened = new Connection(connection, options);
            if (writes && raw.sqlite3_db_readonly(opened.Handle, "main") == 1)
            {
                // SQLite opens for reading what it may not write, and would make a log beside it that nobody may write either.
                throw new SqliteException("The database file cannot be written.", raw.SQLITE_READONLY);
            }
            opened.WaitForLocks(TimeSpan.FromSeconds(5));
            opened.RunScript(settings);
            raw.sqlite3_progress_handler(opened.Handle, StepsBetweenChecks, _ => opened.MustStop() ? 1 : 0, null);
            return opened;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>False when SQLite has rolled the transaction back by itself, as it does after some errors.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    /// <summary>Rows changed since the connection was opened.</summary>
    public int Changes => raw.sqlite3_total_changes(Handle);

    /// <summary>Pages written to the log since the last call.</summary>
    public int TakePagesWritten()
    {
        raw.sqlite3_db_status(Handle, CacheWrite, out var pages, out _, 1);
        return pages;
    }

    /// <summary>How long a statement waits for another program's lock, or a checkpoint for readers.</summary>
    public void WaitForLocks(TimeSpan limit) => raw.sqlite3_busy_timeout(Handle, (int)limit.TotalMilliseconds);

    /// <summary>Stops the statements of one transaction when its budget is spent or its client has gone; null when it is over.</summary>
    public void Spend(Budget? budget) => _budget = budget;

    /// <summary>Runs one statement that takes neither parameters nor a time limit, such as BEGIN and COMMIT.</summary>
    public void Run(string sql)
    {
        _deadline = long.MaxValue;
        Finish(sql, []);
    }

    /// <summary>Runs several statements, without a time limit.</summary>
    public void RunScript(string sql)
    {
        _deadline = long.MaxValue;
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Reads every row of a statement that may take any time, such as a check of the whole file.</summary>
    public List<T> Inspect<T>(string sql, Func<Row, T> read)
    {
        _deadline = long.MaxValue;
        return All(sql, read, []);
    }

    /// <summary>Runs a statement; the number of rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        Arm();
        var before = Changes;
        Finish(sql, parameters);
        return Changes == before ? 0 : raw.sqlite3_changes(Handle);
    }

    public List<T> Query<T>(string sql, Func<Row, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        Arm();
        return All(sql, read, parameters);
    }

    public T? First<T>(string sql, Func<Row, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
        where T : class
    {
        Arm();
        var statement = Bound(sql, parameters);
        try
        {
            return statement.Step() ? read(statement) : null;
        }
        finally
        {
            statement.Reset();
        }
    }

    public long? Scalar(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        Arm();
        var statement = Bound(sql, parameters);
        try
        {
            return statement.Step() ? statement.First() : null;
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>Rolls back what is open, if anything is; a rollback cannot fail in a way that matters.</summary>
    public void Abandon()
    {
        if (InTransaction)
        {
            Run("ROLLBACK");
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }
        _statements.Clear();
        _connection.Dispose();
    }

    // Null only before it was opened.
    private sqlite3 Handle => _connection.Handle!;

    private void Arm() => _deadline = Environment.TickCount64 + (long)_options.StatementLimit.TotalMilliseconds;

    private bool MustStop()
    {
        _budget?.Note(WorkBetweenChecks);
        return Environment.TickCount64 > _deadline || _budget is { MustStop: true };
    }

    private void Finish(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var statement = Bound(sql, parameters);
        try
        {
            while (statement.Step())
            {
                // What it answers is nobody's.
            }
        }
        finally
        {
            statement.Reset();
        }
    }

    private List<T> All<T>(string sql, Func<Row, T> read, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var rows = new List<T>();
        var statement = Bound(sql, parameters);
        try
        {
            while (statement.Step())
            {
                rows.Add(read(statement));
            }
        }
        finally
        {
            statement.Reset();
        }
        return rows;
    }

    private Statement Bound(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            if (_statements.Count >= _options.Statements)
            {
                var (oldest, unused) = _statements.MinBy(pair => pair.Value.LastUse);
                _statements.Remove(oldest);
                unused.Dispose();
            }
            _statements.Add(sql, statement = new(Handle, sql));
        }
        statement.LastUse = ++_uses;
        statement.Bind(parameters);
        return statement;
    }
}
