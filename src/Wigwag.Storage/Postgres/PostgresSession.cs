using System.Data;
using System.Data.Common;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Postgres;

/// <summary>A transaction on one connection. One that reads begins with its first statement.</summary>
internal sealed class PostgresSession(NpgsqlConnection connection, NpgsqlTransaction? begun, IReadOnlySet<long> locks, CancellationToken cancel) : Session
{
    /// <summary>Gives back every lock that was taken before a transaction.</summary>
    public const string GiveBack = "SELECT pg_advisory_unlock_all()";

    private const int MostUnderWay = 200;

    private readonly HashSet<long> _locked = [];
    private NpgsqlTransaction? _transaction = begun;
    private NpgsqlBatch? _underWay;
    private long? _horizon;
    private bool _isOver;

    /// <summary>The handler asked for a lock that its transaction must hold from its beginning.</summary>
    internal sealed class LockWanted(long key) : Exception
    {
        public long Key => key;
    }

    public override Dialect Dialect => PostgresDialect.Instance;

    // Each command has a transaction of its own: nothing is won by waiting.
    public override ValueTask ExecuteAtCommit(string sql, params (string Name, object? Value)[] parameters) => Execute(sql, parameters);

    /// <summary>
    /// Who finds it free takes it on the way: what another has committed since this transaction began, the engine finds out. A lock that is
    /// waited for would come with what was true before the wait; so it is taken before the transaction, and the handler is run again.
    /// </summary>
    /// <exception cref="LockWanted">Another holds it.</exception>
    public override async ValueTask LockProject(ProjectId project)
    {
        CheckLive();
        var key = IsReadOnly ? throw new InvalidOperationException("A query may not lock.") : AdvisoryKey.Of(project);
        if (!locks.Contains(key) && !_locked.Contains(key))
        {
            if (await Scalar("SELECT CAST(pg_try_advisory_xact_lock(@key) AS INTEGER)", ("key", key)) != 1)
            {
                throw new LockWanted(key);
            }
            _locked.Add(key);
        }
    }

    /// <summary>Before the transaction began, it is asked outside of it, so that it tells nothing of what the transaction cannot see.</summary>
    public override async ValueTask<long> Horizon()
    {
        CheckLive();
        if (_horizon is null)
        {
            await using var command = new NpgsqlCommand("SELECT seq_horizon()", connection, _transaction);
            _horizon = Convert.ToInt64(await command.ExecuteScalarAsync(cancel), CultureInfo.InvariantCulture);
        }
        return _horizon.Value;
    }

    /// <summary>Ends a transaction that read. After this, a handler that kept the session can do nothing with it.</summary>
    public async ValueTask EndReading()
    {
        _isOver = true;
        if (_transaction is not null)
        {
            await _transaction.DisposeAsync();
        }
    }

    /// <summary>After this, a handler that kept the session can do nothing with it.</summary>
    public void End() => _isOver = true;

    /// <summary>Commits and gives back the locks that were taken before, in one turn with what is under way.</summary>
    public async ValueTask Commit()
    {
        await using var batch = _underWay ?? new NpgsqlBatch(connection);
        _underWay = null;
        Add(batch, "COMMIT", []);
        if (locks.Count > 0)
        {
            Add(batch, GiveBack, []);
        }
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
    }

    protected override async ValueTask<T?> FirstRow<T>(string sql, Func<Row, T> read, (string Name, object? Value)[] parameters)
        where T : class
    {
        await using var batch = await Batch(sql, parameters);
        await using var reader = await batch.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? read(new PostgresRow(reader)) : null;
    }

    protected override async ValueTask<long?> FirstNumber(string sql, (string Name, object? Value)[] parameters)
    {
        await using var batch = await Batch(sql, parameters);
        await using var reader = await batch.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) && !await reader.IsDBNullAsync(0, cancel) ? PostgresRow.NumberAt(reader, 0) : null;
    }

    protected override async ValueTask<List<T>> Rows<T>(string sql, Func<Row, T> read, (string Name, object? Value)[] parameters)
    {
        await using var batch = await Batch(sql, parameters);
        await using var reader = await batch.ExecuteReaderAsync(cancel);
        var rows = new List<T>();
        var row = new PostgresRow(reader);
        try
        {
            while (await reader.ReadAsync(cancel))
            {
                rows.Add(read(row));
            }
        }
        catch (OverBudgetException)
        {
            batch.Cancel(); // closing the reader would first read all the rest
            throw;
        }
        return rows;
    }

    // They travel with the next statement whose answer is waited for.
    protected override async ValueTask Change(string sql, (string Name, object? Value)[] parameters)
    {
        CheckLive();
        _underWay ??= new NpgsqlBatch(connection);
        Add(_underWay, sql, parameters);
        if (_underWay.BatchCommands.Count == MostUnderWay)
        {
            await using var batch = _underWay;
            _underWay = null;
            await batch.ExecuteNonQueryAsync(cancel);
        }
    }

    protected override async ValueTask<int> ChangeCounted(string sql, (string Name, object? Value)[] parameters)
    {
        await using var batch = await Batch(sql, parameters);
        await batch.ExecuteNonQueryAsync(cancel);
        return (int)batch.BatchCommands[^1].Rows;
    }

    private void CheckLive()
    {
        if (_isOver)
        {
            throw new InvalidOperationException("This session's transaction is over.");
        }
    }

    /// <summary>What is under way, and this statement.</summary>
    private async ValueTask<NpgsqlBatch> Batch(string sql, (string Name, object? Value)[] parameters)
    {
        CheckLive();
        _transaction ??= await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
        var batch = _underWay ?? new NpgsqlBatch(connection);
        _underWay = null;
        Add(batch, sql, parameters);
        return batch;
    }

    private static void Add(NpgsqlBatch batch, string sql, (string Name, object? Value)[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(Parameter(name, value));
        }
        batch.BatchCommands.Add(command);
    }

    private static NpgsqlParameter Parameter(string name, object? value) => StoredValue.Of(value) switch
    {
        string text => new NpgsqlParameter<string>(name, NpgsqlDbType.Text) { TypedValue = text },
        long number => new NpgsqlParameter<long>(name, NpgsqlDbType.Bigint) { TypedValue = number },
        int number => new NpgsqlParameter<long>(name, NpgsqlDbType.Bigint) { TypedValue = number },
        double number => new NpgsqlParameter<double>(name, NpgsqlDbType.Double) { TypedValue = number },
        byte[] bytes => new NpgsqlParameter<byte[]>(name, NpgsqlDbType.Bytea) { TypedValue = bytes },
        var other => new NpgsqlParameter(name, other), // null: the engine knows the type from the statement
    };
}
