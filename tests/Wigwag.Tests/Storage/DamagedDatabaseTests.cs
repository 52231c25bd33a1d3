using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Wigwag.Core.Store;
using Wigwag.Storage.Backup;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Tests.Storage;

/// <summary>Whatever happened to the files: a start serves everything that was acknowledged, or is refused, says what to do, and changes nothing.</summary>
public sealed class DamagedDatabaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DatabaseImages _images;

    public DamagedDatabaseTests() => _images = new(_folder);

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Images => ["closed", "killed", "young"];

    [Theory]
    [MemberData(nameof(Images))]
    public async Task An_image_that_nothing_happened_to_is_served(string image) => Assert.True(await IsServedWhole(_images.Fresh(await Image(image))));

    [Theory]
    [MemberData(nameof(Images))]
    public async Task A_database_that_was_cut_off_is_served_whole_or_refused(string image)
    {
        var source = await Image(image);
        var length = new FileInfo(source).Length;
        foreach (var at in (long[])[0, 1, 50, 100, 512, 4095, 4096, 5000, length / 3, length / 2, length - 4096, length - 1])
        {
            if (at < length)
            {
                await AssertServedOrRefused(source, path => Cut(path, at), $"cut at {at} of {length}");
            }
        }
    }

    [Theory]
    [InlineData("killed")]
    [InlineData("young")]
    public async Task A_log_that_was_cut_off_is_refused(string image)
    {
        var source = await Image(image);
        var length = new FileInfo(source + "-wal").Length;
        foreach (var at in (long[])[0, 1, 31, 32, 33, 4000, length / 3, length / 2, length - 4120, length - 1])
        {
            Assert.False(await AssertServedOrRefused(source, path => Cut(path + "-wal", at), $"log cut at {at} of {length}"), $"log cut at {at} of {length}");
        }
        Assert.False(await AssertServedOrRefused(source, path => File.Delete(path + "-wal"), "log removed"));
    }

    [Theory]
    [InlineData("closed", "")]
    [InlineData("killed", "")]
    [InlineData("killed", "-wal")]
    [InlineData("young", "-wal")]
    public async Task A_flipped_bit_is_refused_or_nothing_is_missing(string image, string suffix)
    {
        var source = await Image(image);
        var length = new FileInfo(source + suffix).Length;
        var chance = new Random(19);
        for (var i = 0; i < 40; i++)
        {
            // The first page more often than others.
            var (at, bit) = (i % 4 == 0 ? chance.NextInt64(Math.Min(length, 4096)) : chance.NextInt64(length), chance.Next(8));
            await AssertServedOrRefused(source, path => Flip(path + suffix, at, bit), $"bit {bit} of byte {at} flipped", isTextCompared: false);
        }
    }

    [Theory]
    [InlineData("a directory")]
    [InlineData("a pipe")]
    [InlineData("a dangling link")]
    [InlineData("a text")]
    [InlineData("another program's database")]
    [InlineData("another Wigwag's database")]
    [InlineData("an older copy")]
    [InlineData("nothing")]
    [InlineData("another's log")]
    [InlineData("a log after it was closed")]
    public async Task Something_else_in_its_place_is_refused(string what)
    {
        var source = await _images.Killed();
        var other = await _images.Young("other");
        var closed = await _images.Closed();
        var isRefused = !await AssertServedOrRefused(what == "a log after it was closed" ? closed : source, path =>
        {
            if (what.Contains("log", StringComparison.Ordinal))
            {
                File.Copy(other + "-wal", path + "-wal", overwrite: true);
                return;
            }
            File.Delete(path);
            switch (what)
            {
                case "a directory":
                    Directory.CreateDirectory(path);
                    break;
                case "a pipe":
                    using (var mkfifo = Process.Start("mkfifo", [path]))
                    {
                        mkfifo.WaitForExit();
                    }
                    break;
                case "a dangling link":
                    File.CreateSymbolicLink(path, "nowhere.db");
                    break;
                case "a text":
                    File.WriteAllText(path, new string('x', 9000));
                    break;
                case "another program's database":
                    using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
                    {
                        connection.Open();
                        using var command = connection.CreateCommand();
                        command.CommandText = "CREATE TABLE theirs (a)";
                        command.ExecuteNonQuery();
                    }
                    File.Delete(path + "-wal");
                    break;
                case "another Wigwag's database":
                    File.Copy(closed, path);
                    File.Delete(path + "-wal");
                    break;
                case "an older copy":
                    File.Copy(source, path);
                    File.Delete(path + "-wal");
                    break;
            }
        }, what);

        Assert.True(isRefused);
    }

    [Fact]
    public async Task A_stale_index_of_the_log_is_made_anew()
    {
        var path = _images.Fresh(await _images.Killed());
        File.Copy((await _images.Young()) + "-shm", path + "-shm", overwrite: true);

        Assert.True(await IsServedWhole(path));
    }

    [Fact]
    public async Task What_an_administrator_changed_while_it_was_stopped_is_served()
    {
        var path = _images.Fresh(await _images.Closed());
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE IF NOT EXISTS notes (a); DROP TABLE notes; VACUUM";
            command.ExecuteNonQuery();
        }

        Assert.True(await IsServedWhole(path));
    }

    [Fact]
    public async Task A_second_owner_is_refused_also_when_the_lock_file_was_deleted()
    {
        var path = _images.Fresh(await _images.Closed());
        await using var store = SqliteStore.Open(path);
        File.Delete(path + ".lock");

        Assert.Throws<StoreInUseException>(() => SqliteStore.Open(path));
    }

    [Theory]
    [InlineData("DELETE FROM schema_migrations WHERE name LIKE '0003%'", "0003_issues.sql before it is not")]
    [InlineData("DELETE FROM schema_migrations WHERE name = (SELECT MAX(name) FROM schema_migrations)", "are recorded")]
    [InlineData("DELETE FROM schema_migrations", "are recorded")]
    [InlineData("DROP TABLE schema_migrations", "its record of migrations is gone")]
    [InlineData("DROP TABLE lease_tokens", "no such table: lease_tokens")]
    [InlineData("DELETE FROM events; INSERT INTO projects (project, name, tracker, created_at) VALUES ('p', 'p', 'none', 0)", "the log is empty")]
    public async Task Rows_and_tables_that_somebody_removed_are_noticed(string sql, string said)
    {
        var path = _images.Fresh(await _images.Closed());
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }

        var refusal = Assert.Throws<StoreRefusedException>(() => SqliteStore.Open(path));

        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(refusal.Next);
    }

    [Theory]
    [InlineData("emptied")]
    [InlineData("removed")]
    public async Task Everything_is_recovered_from_the_log_of_a_database_that_is_gone(string how)
    {
        var path = _images.Fresh(await _images.Young());
        if (how == "emptied")
        {
            Cut(path, 0);
        }
        else
        {
            File.Delete(path);
        }

        var recovered = Recovery.Run(path, _folder["blobs"]);

        Assert.True(recovered.IsWhole, string.Join(", ", recovered.Tables.Where(table => !table.IsWhole || table.Lost > 0)));
        Assert.Equal(DatabaseImages.Facts, recovered.Tables.Single(table => table.Name == "events").Rows);
        Assert.True(File.Exists(recovered.Previous + "-wal"));
        Assert.True(await IsServedWhole(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    public async Task What_is_around_a_damage_is_recovered_and_the_loss_is_told(string suffix)
    {
        var path = _images.Fresh(await (suffix == "" ? _images.Closed() : _images.Young()));
        var bytes = await File.ReadAllBytesAsync(path + suffix, TestContext.Current.CancellationToken);
        // A page of facts, by what it says.
        var at = bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(DatabaseImages.Fact(20)[..200]));
        Assert.True(at > 0);
        bytes.AsSpan(at & ~4095, suffix == "" ? 4096 : 100).Fill(0xA5);
        await File.WriteAllBytesAsync(path + suffix, bytes, TestContext.Current.CancellationToken);
        Assert.Throws<StoreRefusedException>(() => SqliteStore.Open(path));

        var recovered = Recovery.Run(path, _folder["blobs"]);

        Assert.False(recovered.IsWhole);
        await using var store = SqliteStore.Open(path);
        var facts = await DatabaseImages.Read(store);
        Assert.InRange(facts.Count, DatabaseImages.Facts - 4, DatabaseImages.Facts);
        Assert.All(facts, fact => Assert.Equal(DatabaseImages.Fact(int.Parse(fact.Split(' ')[0], null)), fact));
    }

    private Task<string> Image(string name) => name switch { "closed" => _images.Closed(), "killed" => _images.Killed(), _ => _images.Young() };

    /// <summary>True when it was served, with everything; false when it was refused, with nothing changed.</summary>
    private async Task<bool> AssertServedOrRefused(string image, Action<string> damage, string what, bool isTextCompared = true)
    {
        var path = _images.Fresh(image);
        damage(path);
        var before = Contents(path);
        try
        {
            await using var store = SqliteStore.Open(path);
            var facts = await DatabaseImages.Read(store);
            Assert.True(facts.Count == DatabaseImages.Facts, $"{what}: {facts.Count} facts");
            Assert.True(!isTextCompared || facts.SequenceEqual(Enumerable.Range(0, DatabaseImages.Facts).Select(DatabaseImages.Fact)), what);
            return true;
        }
        catch (StoreRefusedException e)
        {
            Assert.True(e.Next is not null && e.Message.Contains(path, StringComparison.Ordinal), $"{what}: {e.Message}");
            Assert.True(before.SequenceEqual(Contents(path)), $"{what}: refused, and changed");
            return false;
        }
    }

    private static async Task<bool> IsServedWhole(string path)
    {
        await using var store = SqliteStore.Open(path);
        return (await DatabaseImages.Read(store)).SequenceEqual(Enumerable.Range(0, DatabaseImages.Facts).Select(DatabaseImages.Fact));
    }

    private static List<string> Contents(string path) => [.. ((string[])["", "-wal", ".mark"]).Select(suffix =>
        new FileInfo(path + suffix) is { Exists: true, LinkTarget: null, Length: > 0 } ? Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path + suffix))) : "-")];

    private static void Cut(string path, long at)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        file.SetLength(at);
    }

    private static void Flip(string path, long at, int bit)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = at;
        var flipped = file.ReadByte() ^ (1 << bit);
        file.Position = at;
        file.WriteByte((byte)flipped);
    }
}
