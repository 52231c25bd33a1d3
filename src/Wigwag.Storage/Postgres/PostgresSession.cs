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
    private NpgsqlTransaction? _transaction = begun;
    private long? _horizon;
    private bool _isOver;

    /// <summary>The handler asked for a lock that its transaction must hold from its beginning.</summary>
    internal sealed class LockWanted(long key) : Exception
    {
        public long Key => key;
    }

    public override Dialect Dialect => PostgresDialect.Instance;

    public override async ValueTask<int> Execute(string sql, params (string Name, object? Value)[] parameters)
    {
        if (IsReadOnly)
        {
            throw new InvalidOperationException("A query may not write.");
        }
        await using var command = await Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancel);
    }

    // Each command has a transaction of its own: nothing is won by waiting.
    public override async ValueTask ExecuteAtCommit(string sql, params (string Name, object? Value)[] parameters) => await Execute(sql, parameters);

    public override async ValueTask<T?> First<T>(string sql, Func<Row, T> read, params (string Name, object? Value)[] parameters)
        where T : class
    {
        await using var command = await Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? read(new PostgresRow(reader)) : null;
    }

    public override async ValueTask<long?> Scalar(string sql, params (string Name, object? Value)[] parameters)
    {
        await using var command = await Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) && !await reader.IsDBNullAsync(0, cancel) ? PostgresRow.NumberAt(reader, 0) : null;
    }

    public override async ValueTask<List<T>> Query<T>(string sql, Func<Row, T> read, params (string Name, object? Value)[] parameters)
    {
        await using var command = await Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var rows = new List<T>();
        var row = new PostgresRow(reader);
        while (await reader.ReadAsync(cancel))
        {
            rows.Add(read(row));
        }
        return rows;
    }

    /// <summary>
    /// A lock that is waited for inside a transaction comes with what was true before the wait. So it is taken before the transaction,
    /// and the handler is run again.
    /// </summary>
    /// <exception cref="LockWanted">It is not held yet.</exception>
    public override ValueTask LockProject(ProjectId project)
    {
        CheckLive();
        return IsReadOnly ? throw new InvalidOperationException("A query may not lock.")
            : AdvisoryKey.Of(project) is var key && locks.Contains(key) ? ValueTask.CompletedTask
            : throw new LockWanted(key);
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

    private void CheckLive()
    {
        if (_isOver)
        {
            throw new InvalidOperationException("This session's transaction is over.");
        }
    }

    private async ValueTask<NpgsqlCommand> Command(string sql, (string Name, object? Value)[] parameters)
    {
        CheckLive();
        _transaction ??= await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
        var command = new NpgsqlCommand(sql, connection, _transaction);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(Parameter(name, value));
        }
        return command;
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
