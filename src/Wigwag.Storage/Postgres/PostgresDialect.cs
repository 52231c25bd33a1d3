using Wigwag.Core.Messages;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Postgres;

internal sealed class PostgresDialect : Dialect
{
    public static readonly PostgresDialect Instance = new();

    public override string Name => "postgres";

    public override bool RunsBeside => true;

    public override string ForUpdate => "FOR UPDATE";

    public override string ForUpdateSkipLocked => "FOR UPDATE SKIP LOCKED";

    public override MessageSearch MessageSearch { get; } = new PostgresMessageSearch();
}
