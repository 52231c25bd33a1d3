using Wigwag.Core.Attachments;
using Wigwag.Storage.Postgres;

namespace Wigwag.Tests.Storage;

/// <summary>Attachments in the database.</summary>
public sealed class PostgresBlobsTests : BlobsContract, IAsyncLifetime
{
    private PostgresCluster _cluster = null!;
    private PostgresStore _store = null!;
    private string _database = "";

    protected override IBlobs Blobs => new PostgresBlobs(_store);

    public async ValueTask InitializeAsync()
    {
        _cluster = await PostgresCluster.Shared;
        _database = await _cluster.Database();
        _store = await PostgresStore.Open(_cluster.Address(_database), cancel: Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _cluster.Drop(_database);
    }

    protected override async Task<int> Kept() => (await _store.Read<string>(
        Core.Operations.Caller.System,
        async (session, _) => $"{await session.Scalar("SELECT count(DISTINCT content_id) FROM blob_pieces")}",
        Stop)).Value is var count ? int.Parse(count, null) : 0;
}
