using System.Data.Common;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Core.Store;

/// <summary>
/// One transaction as a handler sees it: SQL in the tongue both engines speak, the clock, the caller, and the log. Parameters are
/// named <c>@name</c>; values are strings, integers, <see cref="DateTimeOffset"/> (stored as milliseconds since 1970), booleans
/// (stored as 0 and 1), id types (stored as their text) or null.
/// </summary>
public abstract class Session
{
    private Dictionary<(Type, string), object?>? _known;

    /// <summary>Who asks.</summary>
    public required Caller Caller { get; init; }

    /// <summary>The time of this transaction, UTC, whole milliseconds; never earlier than that of one committed before it.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>True in <see cref="IStore.Read"/>, where a write throws; set by the engine.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>What this transaction may still cost. Every statement and every row is paid from it; a loop over what the store holds pays too.</summary>
    public required Budget Budget { get; init; }

    /// <summary>What the sessions of this store remember together.</summary>
    public required StoreMemory Memory { get; init; }

    public abstract Dialect Dialect { get; }

    /// <summary>
    /// Runs a statement before everything that follows it in the transaction. Where the engine is far it travels with what follows, and an
    /// error of it comes from there.
    /// </summary>
    public ValueTask Execute(string sql, params (string Name, object? Value)[] parameters)
    {
        BeginChange();
        return Change(sql, parameters);
    }

    /// <summary>Runs a statement; the number of rows it changed.</summary>
    public ValueTask<int> ExecuteCounted(string sql, params (string Name, object? Value)[] parameters)
    {
        BeginChange();
        return ChangeCounted(sql, parameters);
    }

    /// <summary>
    /// Runs a statement in this transaction after everything else in it, so that nothing in it sees what the statement did: for an index
    /// that is cheaper to write for many commands at once.
    /// </summary>
    public abstract ValueTask ExecuteAtCommit(string sql, params (string Name, object? Value)[] parameters);

    /// <summary>The first row, read by <paramref name="read"/>, or null.</summary>
    public ValueTask<T?> First<T>(string sql, Func<Row, T> read, params (string Name, object? Value)[] parameters)
        where T : class
    {
        Budget.Charge(Budget.Row);
        return FirstRow(sql, read, parameters);
    }

    /// <summary>The first column of the first row as a number, or null.</summary>
    public ValueTask<long?> Scalar(string sql, params (string Name, object? Value)[] parameters)
    {
        Budget.Charge(Budget.Row);
        return FirstNumber(sql, parameters);
    }

    /// <summary>Every row.</summary>
    public ValueTask<List<T>> Query<T>(string sql, Func<Row, T> read, params (string Name, object? Value)[] parameters)
    {
        Budget.Check();
        return Rows(sql, Paid, parameters);

        T Paid(Row row)
        {
            Budget.Charge(Budget.Row);
            return read(row);
        }
    }

    /// <summary>What <paramref name="read"/> finds, asked for once until <see cref="Execute"/> changes anything.</summary>
    /// <param name="key">Names it, in this transaction and for every reader of that type.</param>
    /// <param name="read">Reads it from this session.</param>
    public async ValueTask<T?> Known<T>(string key, Func<ValueTask<T?>> read)
        where T : class
    {
        if (_known?.TryGetValue((typeof(T), key), out var known) == true)
        {
            return (T?)known;
        }
        var found = await read();
        (_known ??= [])[(typeof(T), key)] = found;
        return found;
    }

    /// <summary>
    /// Makes this transaction the only one that holds the project, until it ends; others that ask wait. Ask before reading what it
    /// guards. The handler may be run again from its start, with the project held, so that it sees all that was committed before.
    /// </summary>
    public abstract ValueTask LockProject(ProjectId project);

    /// <summary>
    /// The place in the log, and in every table with such a <c>seq</c>, up to which nothing more will be committed: who remembers how
    /// far it read remembers no place after it. The same for the whole transaction; asked before anything else in it, it is as late as
    /// can be. <see cref="long.MaxValue"/> where one transaction commits after the other.
    /// </summary>
    public abstract ValueTask<long> Horizon();

    /// <summary>Appends one fact to the log, in this transaction.</summary>
    /// <param name="kind">Which fact; declared by the feature that states it.</param>
    /// <param name="project">The project whose readers are told.</param>
    /// <param name="subject">What it is about: an issue, message or agent id.</param>
    /// <param name="fact">The fact itself.</param>
    /// <param name="audience">The agents it concerns beyond the project's readers, or null.</param>
    public async ValueTask Append<T>(
        EventKind<T> kind, ProjectId project, string subject, T fact, IReadOnlyCollection<string>? audience = null) => await Execute(
        """
        INSERT INTO events (project, at, kind, subject, agent, operator, audience, fact)
        VALUES (@project, @at, @kind, @subject, @agent, @operator, @audience, @fact)
        """,
        ("project", project),
        ("at", Now),
        ("kind", kind.Name),
        ("subject", subject),
        ("agent", Caller.Agent),
        ("operator", Caller.Operator),
        ("audience", audience is { Count: > 0 } ? string.Join(' ', audience) : null),
        ("fact", kind.Write(fact)));

    /// <summary>Behind <see cref="First"/>.</summary>
    protected abstract ValueTask<T?> FirstRow<T>(string sql, Func<Row, T> read, (string Name, object? Value)[] parameters)
        where T : class;

    /// <summary>Behind <see cref="Scalar"/>.</summary>
    protected abstract ValueTask<long?> FirstNumber(string sql, (string Name, object? Value)[] parameters);

    /// <summary>Behind <see cref="Query"/>.</summary>
    protected abstract ValueTask<List<T>> Rows<T>(string sql, Func<Row, T> read, (string Name, object? Value)[] parameters);

    /// <summary>Behind <see cref="Execute"/>.</summary>
    protected abstract ValueTask Change(string sql, (string Name, object? Value)[] parameters);

    /// <summary>Behind <see cref="ExecuteCounted"/>.</summary>
    protected abstract ValueTask<int> ChangeCounted(string sql, (string Name, object? Value)[] parameters);

    private void BeginChange()
    {
        if (IsReadOnly)
        {
            throw new InvalidOperationException("A query may not write.");
        }
        Budget.Check();
        _known = null;
    }
}
