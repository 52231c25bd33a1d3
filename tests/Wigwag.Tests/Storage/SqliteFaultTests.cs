using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Tests.Storage;

/// <summary>What an answer is worth when processes are killed, disks fill up and files fail.</summary>
public sealed class SqliteFaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Database => _folder["wigwag.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_second_process_is_refused_and_told_who_has_the_file()
    {
        using var owner = StoreProcess.Start(Database);
        Assert.Equal("ready", await owner.Hear());
        Assert.Equal("done", await owner.Write("a"));

        Assert.Equal(owner.Id, Assert.Throws<StoreInUseException>(() => SqliteStore.Open(Database)).ProcessId);

        Assert.Equal("done", await owner.Write("b"));
        await owner.Finish();
        Assert.Equal(["a", "b"], await Written());
    }

    [Fact]
    public async Task Whatever_was_answered_outlives_kill_9()
    {
        HashSet<string> answered = [];
        for (var life = 0; life < 5; life++)
        {
            using var process = StoreProcess.Start(Database, writers: 16);
            Assert.Equal("ready", await process.Hear());
            for (var i = 0; i < 20 + (life * 37); i++)
            {
                answered.Add((await process.Hear())!);
            }
            answered.UnionWith((await process.Kill()).Where(line => line.StartsWith("done ", StringComparison.Ordinal)));
        }

        var kept = await Written();
        // The last line of a killed process may be torn, and so name nothing.
        Assert.InRange(answered.Count(line => !kept.Contains(line["done ".Length..])), 0, 5);
        Assert.All(answered.Where(line => !kept.Contains(line["done ".Length..])), torn =>
            Assert.Contains(kept, name => name.StartsWith(torn["done ".Length..], StringComparison.Ordinal)));
        Assert.Equal(kept.Count, kept.Distinct().Count());
        Assert.Equal("ok", Check());
    }

    [Fact]
    public async Task A_full_disk_is_said_reads_go_on_and_writing_resumes_when_there_is_room()
    {
        var disk = _folder["disk"];
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk), "needs the right to mount a tmpfs");
        try
        {
            var filler = Path.Combine(disk, "filler");
            await using (var store = SqliteStore.Open(Path.Combine(disk, "wigwag.db")))
            {
                await Put(store, "before", "");
                await File.WriteAllBytesAsync(filler, new byte[3 << 20], Stop);
                var kept = 0;
                StoreUnavailableException? refusal = null;
                while (refusal is null)
                {
                    try
                    {
                        await Put(store, $"{kept}", new string('x', 50_000));
                        kept++;
                    }
                    catch (StoreUnavailableException e)
                    {
                        refusal = e;
                    }
                }

                Assert.True(refusal.IsDiskFull);
                Assert.False(refusal.IsOutcomeUnknown);
                Assert.Equal(kept + 1, await Count(store));
                File.Delete(filler);
                await Eventually(async () =>
                {
                    try
                    {
                        await Put(store, "after", new string('x', 50_000));
                        return true;
                    }
                    catch (StoreUnavailableException)
                    {
                        return false;
                    }
                });
                Assert.Equal(kept + 2, await Count(store));
            }
            Assert.Equal("ok", Check(Path.Combine(disk, "wigwag.db")));
        }
        finally
        {
            Assert.True(Run("umount", disk));
        }
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_not_opened_and_what_to_do_is_said()
    {
        var file = _folder["read-only.db"];
        await using (var store = SqliteStore.Open(file))
        {
            await Put(store, "before", "");
        }
        // Modes do not bind root.
        Assert.SkipUnless(Run("mount", "--bind", file, file), "needs the right to mount a file on itself");
        try
        {
            Assert.True(Run("mount", "-o", "remount,ro,bind", file));
            var refusal = Assert.Throws<StoreUnavailableException>(() => SqliteStore.Open(file));
            Assert.Contains("read-only: see that its files are the server's user's own to write", refusal.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(_folder.Path, "read-only.db-*"));
        }
        finally
        {
            Assert.True(Run("umount", file));
        }
        await using (var store = SqliteStore.Open(file))
        {
            Assert.Equal(1, await Count(store));
        }
    }

    [Fact]
    public async Task A_write_that_fails_stops_writing_until_the_file_was_checked_and_then_it_goes_on_by_itself()
    {
        Assert.SkipUnless(Run("prlimit", "--version"), "needs prlimit");
        // A process whose files may not grow past a limit is refused by the kernel in the middle of a write.
        using var process = StoreProcess.Start(Database, prepare: "trap '' XFSZ");
        Assert.Equal("ready", await process.Hear());
        Assert.Equal("done", await process.Write("before"));
        const int Limit = 1_000_000;
        Assert.True(Run("prlimit", "--pid", $"{process.Id}", $"--fsize={Limit}:unlimited"));

        var answers = new List<string?>();
        for (var i = 0; i < 5; i++)
        {
            answers.Add(await process.Write($"{i}{new string('x', Limit)}"));
        }
        Assert.DoesNotContain("done", answers);
        Assert.True(Run("prlimit", "--pid", $"{process.Id}", "--fsize=unlimited:unlimited"));
        var tries = 0;
        await Eventually(async () => await process.Write($"after{tries++}") == "done");
        await process.Finish();

        var written = await Written();
        Assert.Equal("before", written[0]);
        Assert.StartsWith("after", written[^1], StringComparison.Ordinal);
        Assert.Equal("ok", Check());
    }

    [Fact]
    public async Task A_failed_fsync_is_never_answered_as_success_and_nothing_is_written_before_the_file_was_checked()
    {
        Assert.SkipUnless(Run("cc", "--version"), "needs a C compiler");
        var shim = _folder["shim.so"];
        var fails = _folder["fsync-fails"];
        await File.WriteAllTextAsync(_folder["shim.c"], FailingSync, Stop);
        Assert.True(Run("cc", "-shared", "-fPIC", "-o", shim, _folder["shim.c"], "-ldl"));
        using var process = StoreProcess.Start(
            Database, environment: new Dictionary<string, string> { ["LD_PRELOAD"] = shim, ["FSYNC_FAILS_WHILE"] = fails });
        Assert.Equal("ready", await process.Hear());
        Assert.Equal("done", await process.Write("before"));

        await File.WriteAllTextAsync(fails, "", Stop);
        Assert.Equal("unknown", await process.Write("doubtful"));
        Assert.StartsWith("unavailable", await process.Write("refused"), StringComparison.Ordinal);
        File.Delete(fails);
        var tries = 0;
        await Eventually(async () => await process.Write($"after{tries++}") == "done");
        await process.Finish();

        var written = await Written();
        Assert.Equal("before", written[0]);
        Assert.DoesNotContain("refused", written);
        Assert.StartsWith("after", written[^1], StringComparison.Ordinal);
        Assert.Equal("ok", Check());
    }

    private const string FailingSync =
        """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdlib.h>
        #include <unistd.h>

        static int fails(void) {
          const char *file = getenv("FSYNC_FAILS_WHILE");
          return file && access(file, F_OK) == 0;
        }

        int fsync(int fd) {
          if (fails()) { errno = EIO; return -1; }
          return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
        }

        int fdatasync(int fd) {
          if (fails()) { errno = EIO; return -1; }
          return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
        }
        """;

    private async Task<List<string>> Written()
    {
        await using var store = SqliteStore.Open(Database);
        return (await store.Read<List<string>>(Caller.System, async (session, _) =>
            await session.Query("SELECT subject FROM events ORDER BY seq", row => row.Text("subject")), Stop)).Value;
    }

    private string Check() => Check(Database);

    private static string Check(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string)command.ExecuteScalar()!;
    }

    private static async Task Put(SqliteStore store, string name, string value) => await store.Write<int>(Caller.System, async (session, _) =>
        await session.ExecuteCounted("INSERT INTO meta (name, value) VALUES (@name, @value)", ("name", name), ("value", value)), Stop);

    private static async Task<long> Count(SqliteStore store) => (await store.Read<long>(Caller.System, async (session, _) =>
        await session.Scalar("SELECT COUNT(*) FROM meta WHERE name <> 'writer_reopened_at'") ?? 0, Stop)).Value;

    private static async Task Eventually(Func<Task<bool>> isSo)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(30));
            await Task.Delay(20, Stop);
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
