using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Faults.Harness;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Faults.Disk;

/// <summary>I3: what a power cut may leave of the write-ahead log is opened: whatever had been synced is there, and never a part of a command.</summary>
public sealed class PowerCutTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wigwag-faults-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_image_holds_a_prefix_of_what_was_answered_no_shorter_than_what_was_synced()
    {
        const int Commands = 400;
        var database = Path.Combine(_folder, "wigwag.db");
        var synced = new List<long>();
        var (image, log) = (Array.Empty<byte>(), Array.Empty<byte>());
        await using (var store = SqliteStore.Open(database))
        {
            for (var i = 0; i < Commands; i++)
            {
                await Put(store, i);
                synced.Add(new FileInfo(database + "-wal").Length);
            }
            (image, log) = (Copy(database), Copy(database + "-wal"));
        }
        Assert.Equal(synced[^1], log.Length);

        var chance = new Random(Scale.Seed);
        var images = Scale.Of(60, 500);
        var refused = 0;
        for (var i = 0; i < images; i++)
        {
            var cut = chance.Next(log.Length + 1);
            var isTorn = i % 2 == 0;
            var damaged = isTorn ? log[..cut] : Flip(log, cut = chance.Next(log.Length), chance);
            var folder = Directory.CreateDirectory(Path.Combine(_folder, $"{i}"));
            var copy = Path.Combine(folder.FullName, "wigwag.db");
            await File.WriteAllBytesAsync(copy, image, TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(copy + "-wal", damaged, TestContext.Current.CancellationToken);
            // What was whole in the log before the damage had been answered.
            var least = synced.Count(length => length <= cut);
            var what = $"seed {Scale.Seed}, image {i}: {(isTorn ? "cut" : "flipped")} at {cut} of {log.Length}";
            try
            {
                await using var store = SqliteStore.Open(copy);
                var kept = await Kept(store);
                Assert.True(kept.SequenceEqual(Enumerable.Range(0, kept.Count).Select(n => (long)n)), what + ": it holds no prefix");
                Assert.True(kept.Count >= least, $"{what}: it holds {kept.Count} commands of at least {least}");
                await Put(store, kept.Count);
            }
            catch (StoreRefusedException)
            {
                // Said, and so not silent; but never for a log that only ends too early.
                Assert.False(isTorn, what + ": refused");
                refused++;
            }
            folder.Delete(recursive: true);
        }
        Scale.Tell("I3", $"{images} images, half cut and half with flipped bits: the synced prefix in {images - refused}, a typed error in {refused}, 0 silent");
    }

    // By another program: the class library asks for a lock of its own, which the store's excludes.
    private byte[] Copy(string file)
    {
        var copy = Path.Combine(_folder, "copy");
        using (var cp = System.Diagnostics.Process.Start("cp", [file, copy]))
        {
            cp.WaitForExit();
        }
        return File.ReadAllBytes(copy);
    }

    private static byte[] Flip(byte[] log, int at, Random chance)
    {
        byte[] damaged = [.. log];
        damaged[at] ^= (byte)(1 << chance.Next(8));
        return damaged;
    }

    // Two rows a command, so that half of one shows.
    private static async Task Put(SqliteStore store, int number) => _ = (await store.Write<int>(
        Caller.System,
        async (session, _) =>
        {
            await session.Execute("INSERT INTO meta (name, value) VALUES (@name, @value)", ("name", $"n{number}"), ("value", new string('v', number * 7 % 900)));
            return await session.ExecuteCounted(
                "INSERT INTO events (project, at, kind, subject, fact) VALUES ('github.com/o/r', @at, 'test.put', @subject, '{}')",
                ("at", session.Now),
                ("subject", $"{number}"));
        },
        TestContext.Current.CancellationToken)).Value;

    private static async Task<List<long>> Kept(SqliteStore store) => (await store.Read<List<long>>(
        Caller.System,
        async (session, _) => await session.Query(
            "SELECT CAST(e.subject AS INTEGER) AS n FROM events e JOIN meta m ON m.name = 'n' || e.subject ORDER BY e.seq", row => row.Number("n")),
        TestContext.Current.CancellationToken)).Value;
}
