using Wigwag.Core.Store;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Tests.Storage;

/// <summary>The contract on a real file.</summary>
public sealed class SqliteStoreContract : StoreContract
{
    private readonly TemporaryFolder _folder = new();

    protected override ValueTask<IStore> Open() => new(SqliteStore.Open(_folder["wigwag.db"]));

    protected override ValueTask CleanUp()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
