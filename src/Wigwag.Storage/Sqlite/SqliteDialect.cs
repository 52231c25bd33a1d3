using Wigwag.Core.Messages;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Sqlite;

internal sealed class SqliteDialect : Dialect
{
    public static readonly SqliteDialect Instance = new();

    public override string Name => "sqlite";

    public override bool RunsBeside => false;

    public override string ForUpdate => "";

    public override string ForUpdateSkipLocked => "";

    public override MessageSearch MessageSearch { get; } = new SqliteMessageSearch();
}
