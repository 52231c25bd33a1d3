using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Postgres;

/// <summary>What the errors of PostgreSQL and of its driver mean for the store.</summary>
internal static class Failure
{
    private const string IdleInTransaction = "25P03";

    /// <summary>True when the transaction only has to be run again: it could not be put in order with others, or met one that was quicker.</summary>
    public static bool IsConflict(Exception e) => e is PostgresException
    {
        SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation,
    };

    /// <summary>True when the connection is gone or none could be had; another may work.</summary>
    public static bool IsConnection(Exception e) => e switch
    {
        PostgresException failure => failure.SqlState.StartsWith("08", StringComparison.Ordinal) || failure.SqlState is
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or IdleInTransaction,
        NpgsqlException or IOException or SocketException or TimeoutException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>The exception for callers: unavailable for a broken machine, the same exception for a bug.</summary>
    public static Exception Of(Exception e) => e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => new StoreUnavailableException("the database's disk is full.", e) { IsDiskFull = true },
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => new StoreUnavailableException("the database is read-only.", e),
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => new StoreUnavailableException("a statement took too long and was stopped.", e),
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } => new StoreUnavailableException("another transaction held what this one needed for too long.", e),
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } =>
            new StoreUnavailableException("too many commands changed the same things at once.", e),
        PostgresException { SqlState: var state } when state.StartsWith("53", StringComparison.Ordinal) =>
            new StoreUnavailableException("the database has no room for another connection or transaction.", e),
        PostgresException { SqlState: var state } when state.StartsWith("28", StringComparison.Ordinal) || state == PostgresErrorCodes.InvalidCatalogName =>
            new StoreUnavailableException("the database refused this server's user or has no such database.", e),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused =>
            new StoreUnavailableException($"the database's user lacks a right: {refused.MessageText}.", e),
        NpgsqlException { InnerException: AuthenticationException } => new StoreUnavailableException(
            "its certificate was refused: it is not for the host's name in the address, or not of an authority that sslrootcert (or this machine) knows. See both.", e),
        NpgsqlException { Message: var message } when message.Contains("SSL connection", StringComparison.Ordinal) => new StoreUnavailableException(
            "it offers no TLS, which sslmode in the address asks for: set ssl=on there, or another sslmode.", e),
        _ when IsConnection(e) => new StoreUnavailableException("the database cannot be reached.", e),
        _ => e,
    };
}
