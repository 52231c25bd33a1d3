using Wigwag.Core.Store;
using Wigwag.Storage.Postgres;

namespace Wigwag.Tests.Storage;

/// <summary>The contract on a real cluster.</summary>
public sealed class PostgresStoreContract : StoreContract
{
    private string _database = "";

    protected override async ValueTask<IStore> Open()
    {
        var cluster = await PostgresCluster.Shared;
        _database = await cluster.Database();
        return await PostgresStore.Open(cluster.Address(_database));
    }

    protected override async ValueTask CleanUp() => await (await PostgresCluster.Shared).Drop(_database);
}
