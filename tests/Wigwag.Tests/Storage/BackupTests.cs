using Wigwag.Core.Attachments;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Storage.Backup;
using Wigwag.Storage.Blobs;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Tests.Storage;

/// <summary>Backups that are taken under load and restored whole, or not at all.</summary>
public sealed class BackupTests : IDisposable
{
    private static readonly EventKind<string> Stated = new("test.stated", JotJson.Default);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Database => _folder["home/wigwag.db"];

    private string Blobs => _folder["home/blobs"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("backup")]
    [InlineData("backup.tar")]
    public async Task A_backup_taken_under_load_holds_a_state_that_was(string name)
    {
        await using (var store = SqliteStore.Open(Database))
        {
            var content = await Keep("an attachment");
            using var enough = new CancellationTokenSource();
            // Each command states two facts: a state that was has an even number of them.
            var load = Enumerable.Range(0, 4).Select(async _ =>
            {
                while (!enough.IsCancellationRequested)
                {
                    await State(store, 2);
                }
            }).ToList();
            await SqliteBackup.Write(store, Blobs, _folder[name], Stop);
            await enough.CancelAsync();
            await Task.WhenAll(load);
            Assert.Equal(content, (await Keep("an attachment")));
        }

        await SqliteBackup.Restore(_folder[name], _folder["elsewhere/wigwag.db"], _folder["elsewhere/blobs"], cancel: Stop);

        await using var restored = SqliteStore.Open(_folder["elsewhere/wigwag.db"]);
        Assert.Equal(0, (await Facts(restored)).Count % 2);
        await using var bytes = await FileBlobs.Open(_folder["elsewhere/blobs"]).Open(await Keep("an attachment"), Stop);
        Assert.Equal("an attachment", await new StreamReader(bytes!).ReadToEndAsync(Stop));
    }

    [Fact]
    public async Task After_a_restore_no_number_of_the_log_is_given_out_twice()
    {
        await using (var store = SqliteStore.Open(Database))
        {
            await State(store, 3);
            await SqliteBackup.Write(store, Blobs, _folder["backup"], Stop);
            await State(store, 4);
        }

        var done = await SqliteBackup.Restore(_folder["backup"], Database, Blobs, cancel: Stop);

        Assert.True(File.Exists(done.Previous));
        await using var restored = SqliteStore.Open(Database);
        Assert.Equal([1, 2, 3], await Facts(restored));
        await State(restored, 1);
        Assert.True((await Facts(restored))[^1] > 7);
        Assert.Equal(1, (await restored.Read<long>(Caller.System, async (session, _) =>
            await session.Scalar("SELECT COUNT(*) FROM meta WHERE name = 'restored_at'") ?? 0, Stop)).Value);
        await using var previous = SqliteStore.Open(done.Previous!);
        Assert.Equal(7, (await Facts(previous)).Count);
    }

    [Fact]
    public async Task A_restore_over_a_running_server_is_refused()
    {
        await using var store = SqliteStore.Open(Database);
        await State(store, 1);
        await SqliteBackup.Write(store, Blobs, _folder["backup"], Stop);

        await Assert.ThrowsAsync<StoreInUseException>(() => SqliteBackup.Restore(_folder["backup"], Database, Blobs, cancel: Stop));

        await State(store, 1);
        Assert.Equal([1, 2], await Facts(store));
    }

    [Theory]
    [InlineData("wigwag.db")]
    [InlineData("manifest.json")]
    [InlineData("blobs")]
    public async Task A_damaged_backup_is_refused_whole(string part)
    {
        await using (var store = SqliteStore.Open(Database))
        {
            await State(store, 1);
            await Keep("an attachment");
            await SqliteBackup.Write(store, Blobs, _folder["backup"], Stop);
            await State(store, 1);
        }
        var path = part == "blobs" ? Directory.GetFiles(_folder["backup/blobs"], "*", SearchOption.AllDirectories)[0] : _folder[$"backup/{part}"];
        var bytes = await File.ReadAllBytesAsync(path, Stop);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, part == "manifest.json" ? bytes[..^2] : bytes, Stop);

        await Assert.ThrowsAsync<StoreRefusedException>(() => SqliteBackup.Restore(_folder["backup"], Database, Blobs, cancel: Stop));

        await using var unharmed = SqliteStore.Open(Database);
        Assert.Equal([1, 2], await Facts(unharmed));
        Assert.Empty(Directory.GetDirectories(_folder["home"], "restore-*"));
    }

    [Fact]
    public async Task A_torn_archive_is_refused_whole()
    {
        await using (var store = SqliteStore.Open(Database))
        {
            await SqliteBackup.Write(store, Blobs, _folder["backup.tar"], Stop);
        }
        var bytes = await File.ReadAllBytesAsync(_folder["backup.tar"], Stop);
        await File.WriteAllBytesAsync(_folder["torn.tar"], bytes[..(bytes.Length / 2)], Stop);

        await Assert.ThrowsAsync<StoreRefusedException>(() => SqliteBackup.Restore(_folder["torn.tar"], Database, Blobs, cancel: Stop));
    }

    [Fact]
    public async Task A_name_that_leads_out_of_the_backup_is_refused()
    {
        await using (var store = SqliteStore.Open(Database))
        {
            await SqliteBackup.Write(store, Blobs, _folder["backup"], Stop);
        }
        var manifest = await File.ReadAllTextAsync(_folder["backup/manifest.json"], Stop);
        await File.WriteAllTextAsync(_folder["backup/manifest.json"], manifest.Replace("wigwag.db", "../wigwag.db", StringComparison.Ordinal), Stop);

        await Assert.ThrowsAsync<StoreRefusedException>(() => SqliteBackup.Restore(_folder["backup"], Database, Blobs, cancel: Stop));
    }

    [Fact]
    public async Task A_damaged_database_can_be_replaced_and_is_kept()
    {
        await using (var store = SqliteStore.Open(Database))
        {
            await State(store, 1);
            await SqliteBackup.Write(store, Blobs, _folder["backup"], Stop);
        }
        await File.WriteAllTextAsync(Database, new string('x', 9000), Stop);

        var done = await SqliteBackup.Restore(_folder["backup"], Database, Blobs, cancel: Stop);

        Assert.Equal(9000, new FileInfo(done.Previous!).Length);
        await using var restored = SqliteStore.Open(Database);
        Assert.Equal([1], await Facts(restored));
    }

    [Fact]
    public async Task A_backup_writes_to_a_new_place_only()
    {
        await using var store = SqliteStore.Open(Database);
        Directory.CreateDirectory(_folder["backup"]);

        await Assert.ThrowsAsync<IOException>(() => SqliteBackup.Write(store, Blobs, _folder["backup"], Stop));
        await Assert.ThrowsAsync<IOException>(async () => await store.Backup(Database, Stop));
    }

    private async Task<ContentId> Keep(string text) =>
        (await FileBlobs.Open(Blobs).Put(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), 1000, Stop)).Value.Content;

    private static async Task State(SqliteStore store, int count) => await store.Write<string>(Caller.System, async (session, _) =>
    {
        for (var i = 0; i < count; i++)
        {
            await session.Append(Stated, ProjectId.Parse("github.com/o/r"), "subject", "a fact");
        }
        return "ok";
    }, Stop);

    private static async Task<List<long>> Facts(SqliteStore store) => (await store.Read<List<long>>(
        Caller.System, async (session, _) => (await Core.Feed.Log.After(session, 0, 100_000)).ConvertAll(fact => fact.Seq), Stop)).Value;
}
