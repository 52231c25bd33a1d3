namespace Wigwag.Core.Store;

/// <summary>
/// What one transaction may cost: time, and work. Work is counted in units of about a microsecond, so that whether something is refused
/// does not depend on how busy the machine is; time is the backstop, and ends a single statement too. One thread at a time uses it.
/// </summary>
public sealed class Budget
{
    /// <summary>What reading one row costs.</summary>
    public const int Row = 5;

    /// <summary>As much as a second of work: 200,000 rows.</summary>
    public const long Usual = 1_000_000;

    private readonly TimeSpan _time;
    private readonly long _until;
    private readonly CancellationToken _client;
    private readonly bool _isQuery;
    private readonly long _work;

    private Budget(TimeSpan time, long work, bool isQuery, CancellationToken client)
    {
        (_time, _work, _isQuery, _client) = (time, work, isQuery, client);
        _until = Environment.TickCount64 + (long)time.TotalMilliseconds;
    }

    /// <summary>What was paid.</summary>
    public long Spent { get; private set; }

    /// <summary>True when a running statement must stop. A command whose client has gone ends between two statements, since stopping one that writes takes back what others in the same commit did.</summary>
    public bool MustStop => IsOver || HasNoneLeft || (_isQuery && _client.IsCancellationRequested);

    /// <summary>True when the time is up.</summary>
    public bool IsOver => Environment.TickCount64 >= _until;

    /// <summary>True when more work was done than may be.</summary>
    public bool HasNoneLeft => Spent > _work;

    /// <summary>Cancelled when whoever asked has gone.</summary>
    public CancellationToken Client => _client;

    public static Budget OfQuery(TimeSpan time, CancellationToken client, long work = Usual) => new(time, work, isQuery: true, client);

    public static Budget OfCommand(TimeSpan time, CancellationToken client, long work = Usual) => new(time, work, isQuery: false, client);

    /// <summary>Pays for work before or after it is done; called in every loop over what others have put into the store.</summary>
    /// <exception cref="OverBudgetException">There is nothing left.</exception>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public void Charge(long work)
    {
        Note(work);
        Check();
    }

    /// <summary>Pays for what an engine does within a statement, which <see cref="MustStop"/> ends.</summary>
    public void Note(long work) => Spent += work;

    /// <summary>As <see cref="Charge"/>, for nothing.</summary>
    public void Check()
    {
        _client.ThrowIfCancellationRequested();
        if (IsOver || HasNoneLeft)
        {
            throw Over();
        }
    }

    /// <summary>What tells that the budget is spent.</summary>
    public OverBudgetException Over() => HasNoneLeft
        ? new("it would read or compare more than one request may.") { IsWork = true }
        : new($"it took longer than {_time.TotalSeconds:0.###} s.");
}

/// <summary>A transaction cost more than its <see cref="Budget"/>; nothing was done.</summary>
public sealed class OverBudgetException(string message) : StoreUnavailableException(message)
{
    /// <summary>True when it was work: the same request would cost as much again. False when it was time.</summary>
    public bool IsWork { get; init; }
}

/// <summary>One credential asks for more at once than its share of the store; others are served.</summary>
public sealed class TooManyAtOnceException(string message) : StoreUnavailableException(message);
