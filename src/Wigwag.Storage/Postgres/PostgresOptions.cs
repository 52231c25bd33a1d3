namespace Wigwag.Storage.Postgres;

/// <summary>Limits of the PostgreSQL engine. The defaults suit a server; the pool sizes can be set in its address.</summary>
public sealed record PostgresOptions
{
    /// <summary>Most connections that write, and as many again that read; one more listens and one tells.</summary>
    public int PoolSize { get; init; } = 20;

    /// <summary>How long a caller waits for a free connection, and a connection for its server, before the store is unavailable.</summary>
    public TimeSpan ConnectLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A query that takes longer is stopped: as long as that its snapshot keeps old rows from being cleaned away.</summary>
    public TimeSpan ReadLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A command that works longer is rolled back; waiting for others that change the same counts.</summary>
    public TimeSpan WriteLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A statement that runs longer is stopped.</summary>
    public TimeSpan StatementLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A statement that waits longer for another transaction is given up.</summary>
    public TimeSpan LockLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a transaction is run again when it could not be put in order with others.</summary>
    public int MostRetries { get; init; } = 20;

    /// <summary>How long a command is tried again while the server cannot be reached, before the store is unavailable.</summary>
    public TimeSpan RetryLimit { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How often the log is looked at while nobody tells of a commit.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromSeconds(1);
}
