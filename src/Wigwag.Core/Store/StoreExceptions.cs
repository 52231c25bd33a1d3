namespace Wigwag.Core.Store;

/// <summary>The engine cannot read or commit now: disk full, read-only, a failed fsync, a lost connection.</summary>
public class StoreUnavailableException : Exception
{
    public StoreUnavailableException()
    {
    }

    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    public StoreUnavailableException(string message, Exception? inner)
        : base(message, inner)
    {
    }

    /// <summary>True when the cause is a full disk.</summary>
    public bool IsDiskFull { get; init; }

    /// <summary>True when the commit itself failed, so that only a repeat with the same idempotency key tells whether it was done.</summary>
    public bool IsOutcomeUnknown { get; init; }
}

/// <summary>Another process owns the database; it was not touched.</summary>
public sealed class StoreInUseException(string path, int? processId) : Exception(
    processId is { } pid ? $"The database {path} is in use by process {pid}." : $"The database {path} is in use by another process.")
{
    public string Path { get; } = path;

    /// <summary>Who owns it, when it said so.</summary>
    public int? ProcessId { get; } = processId;
}

/// <summary>The database cannot be used by this program: it is newer, it was migrated differently, or it is damaged. It was not changed.</summary>
public sealed class StoreRefusedException(string message) : Exception(message)
{
    /// <summary>What to do about it, a sentence; null when the message says it.</summary>
    public string? Next { get; init; }

    /// <summary>Of a database that is damaged, or not whole.</summary>
    public static StoreRefusedException Damaged(string message) => new(message)
    {
        Next = "Put a backup in its place with 'wigwag restore FILE', or save what can be saved with 'wigwag recover'; both keep the files that are there.",
    };
}
