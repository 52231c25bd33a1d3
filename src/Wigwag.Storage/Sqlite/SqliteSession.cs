using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Sqlite;

/// <summary>A transaction on one connection. It answers at once; the tasks of its methods are always complete.</summary>
internal sealed class SqliteSession(Connection connection) : Session
{
    private const string Over = "This session's transaction is over.";

    private readonly Lock _gate = new();
    private List<(string Sql, (string Name, object? Value)[] Parameters)>? _atCommit;
    private bool _isOver;

    public override Dialect Dialect => SqliteDialect.Instance;

    public override ValueTask ExecuteAtCommit(string sql, params (string Name, object? Value)[] parameters)
    {
        lock (_gate)
        {
            if (IsReadOnly || _isOver)
            {
                throw new InvalidOperationException(IsReadOnly ? "A query may not write." : Over);
            }
            (_atCommit ??= []).Add((sql, parameters));
            return ValueTask.CompletedTask;
        }
    }

    // One transaction writes at a time.
    public override ValueTask LockProject(ProjectId project) => ValueTask.CompletedTask;

    public override ValueTask<long> Horizon() => new(long.MaxValue);

    /// <summary>After this, a handler that kept the session can do nothing with it.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isOver = true;
        }
    }

    /// <summary>Runs what was left for the commit; the handler has ended, and what it did is kept.</summary>
    public void Finish()
    {
        foreach (var (sql, parameters) in _atCommit ?? [])
        {
            connection.Execute(sql, parameters);
        }
    }

    protected override ValueTask<T?> FirstRow<T>(string sql, Func<Row, T> read, (string Name, object? Value)[] parameters)
        where T : class
    {
        lock (_gate)
        {
            return new(Live().First(sql, read, parameters));
        }
    }

    protected override ValueTask<long?> FirstNumber(string sql, (string Name, object? Value)[] parameters)
    {
        lock (_gate)
        {
            return new(Live().Scalar(sql, parameters));
        }
    }

    protected override ValueTask<List<T>> Rows<T>(string sql, Func<Row, T> read, (string Name, object? Value)[] parameters)
    {
        lock (_gate)
        {
            return new(Live().Query(sql, read, parameters));
        }
    }

    protected override ValueTask Change(string sql, (string Name, object? Value)[] parameters)
    {
        Write(sql, parameters);
        return ValueTask.CompletedTask;
    }

    protected override ValueTask<int> ChangeCounted(string sql, (string Name, object? Value)[] parameters) => new(Write(sql, parameters));

    private int Write(string sql, (string Name, object? Value)[] parameters)
    {
        lock (_gate)
        {
            return Live().Execute(sql, parameters);
        }
    }

    private Connection Live() => _isOver ? throw new InvalidOperationException(Over) : connection;
}
