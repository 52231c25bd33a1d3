namespace Wigwag.Storage.Sqlite;

/// <summary>Limits of the SQLite engine. The defaults suit a server; tests tighten them.</summary>
public sealed record SqliteOptions
{
    /// <summary>Commands that may wait for the writer; past it a caller waits for room.</summary>
    public int QueueLength { get; init; } = 4096;

    /// <summary>Most of them of one credential.</summary>
    public int QueueOfOne { get; init; } = 2048;

    /// <summary>How long a caller waits for room in the queue, or for a free reader, before the store is unavailable.</summary>
    public TimeSpan RoomLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Most commands in one commit.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>A commit takes on no more commands after this time.</summary>
    public TimeSpan BatchTime { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Most reads at the same time.</summary>
    public int Readers { get; init; } = Math.Clamp(2 * Environment.ProcessorCount, 4, 32);

    /// <summary>Most of them that one credential has at the same time, so that some are left for the others.</summary>
    public int ReadersOfOne { get; init; } = Math.Clamp(Environment.ProcessorCount, 2, 16);

    /// <summary>A query that takes longer is stopped: as long as that its snapshot can keep the write-ahead log from being started over.</summary>
    public TimeSpan ReadLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A command that works longer is rolled back: as long as that the others wait for it.</summary>
    public TimeSpan WriteLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How much a query or a command may work, in the units of <see cref="Core.Store.Budget"/>; what its statements do counts.</summary>
    public long WorkLimit { get; init; } = Core.Store.Budget.Usual;

    /// <summary>A statement that runs longer is stopped, also one that no query or command runs.</summary>
    public TimeSpan StatementLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A handler that holds the writer longer is given up and rolled back.</summary>
    public TimeSpan HandlerLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Pages written between two checkpoints while commands come one by one: short, since whoever comes next waits for it.</summary>
    public int CheckpointPages { get; init; } = 2000;

    /// <summary>Pages written between two checkpoints while commands are committed together: rare, since a page that several of them change is moved once.</summary>
    public int BusyCheckpointPages { get; init; } = 4000;

    /// <summary>From so many commands in one commit on, the writer is busy.</summary>
    public int BusyBatch { get; init; } = 8;

    /// <summary>Past this many pages in the write-ahead log, a checkpoint also starts it over, waiting briefly for readers.</summary>
    public int MostWalPages { get; init; } = 8000;

    /// <summary>Past this many pages, no query begins until those that run have ended and the write-ahead log was started over.</summary>
    public int WalPagesToPause { get; init; } = 64_000;

    /// <summary>After this time without a command, what the write-ahead log holds is checkpointed.</summary>
    public TimeSpan IdleCheckpoint { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Prepared statements kept by a connection.</summary>
    public int Statements { get; init; } = 256;
}
