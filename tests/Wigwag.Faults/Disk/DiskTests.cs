using System.Diagnostics;
using Wigwag.Core.Operations;
using Wigwag.Faults.Harness;

namespace Wigwag.Faults.Disk;

/// <summary>I2, I13, I14: the disk is slow, full, or fails.</summary>
public sealed class DiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wigwag-faults-").FullName;

    private string Home => Path.Combine(_folder, "home");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_answer_waits_for_the_disk()
    {
        const int Delay = 100;
        await using var server = await ServerProcess.Start(
            Home, new Dictionary<string, string> { ["LD_PRELOAD"] = Shim.Make(_folder), ["FSYNC_DELAY_MS"] = $"{Delay}" });
        using var mailer = await Mailer.On(server);
        var soonest = TimeSpan.MaxValue;
        var commands = Scale.Of(20, 1000);
        for (var i = 0; i < commands; i++)
        {
            var asked = Stopwatch.GetTimestamp();
            _ = (await mailer.Send($"{i}")).Value;
            var took = Stopwatch.GetElapsedTime(asked);
            soonest = took < soonest ? took : soonest;
        }
        Assert.True(soonest >= TimeSpan.FromMilliseconds(Delay), $"A command was answered after {soonest.TotalMilliseconds} ms.");
        Scale.Tell("I2", $"each fsync made to last {Delay} ms: {commands} of {commands} answers came after one, the soonest after {soonest.TotalMilliseconds:F0} ms");
    }

    [Fact]
    public async Task A_failed_fsync_is_never_answered_as_success_and_writing_begins_again_after_a_check()
    {
        var fails = Path.Combine(_folder, "fails");
        var rounds = Scale.Of(3, 30);
        await using var server = await ServerProcess.Start(
            Home, new Dictionary<string, string> { ["LD_PRELOAD"] = Shim.Make(_folder), ["FSYNC_FAILS_WHILE"] = fails });
        using var mailer = await Mailer.On(server);
        for (var round = 0; round < rounds; round++)
        {
            await mailer.SendAtLast($"before {round}");
            await File.WriteAllTextAsync(fails, "", TestContext.Current.CancellationToken);
            Assert.Equal(ErrorKind.Unavailable, (await mailer.Send($"doubtful {round}")).Error?.Kind);
            Assert.Equal(ErrorKind.Unavailable, (await mailer.Send($"refused {round}")).Error?.Kind);
            Assert.Contains($"before {round}", await mailer.Sent());
            File.Delete(fails);
        }
        await mailer.SendAtLast("after");

        var sent = (await mailer.Sent()).Where(subject => !subject.StartsWith("doubtful", StringComparison.Ordinal));
        Assert.Equal([.. Enumerable.Range(0, rounds).Select(round => $"before {round}"), "after"], sent);
        Scale.Tell("I14", $"{rounds} × a failing fsync: 0 answered as success, 0 written before the check, writing again by itself");
    }

    [Fact]
    public async Task A_full_disk_is_said_reading_goes_on_and_writing_begins_again_when_there_is_room()
    {
        Directory.CreateDirectory(Home);
        Assert.SkipUnless(Shim.Run("mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", Home), "needs the right to mount a tmpfs");
        try
        {
            var kept = new List<string>();
            await using (var server = await ServerProcess.Start(Home))
            {
                using var mailer = await Mailer.On(server);
                for (var round = 0; round < Scale.Of(3, 20); round++)
                {
                    var filler = Path.Combine(Home, "filler");
                    await Fill(filler);
                    Error? refusal = null;
                    for (var i = 0; refusal is null; i++)
                    {
                        var subject = $"{round}.{i}";
                        if ((await mailer.Send(subject, body: new string('x', 30_000))).Try(out _, out refusal))
                        {
                            kept.Add(subject);
                        }
                    }
                    Assert.Equal("disk_full", refusal.Code);
                    Assert.Equal(kept, await mailer.Sent());
                    File.Delete(filler);
                    await mailer.SendAtLast($"room {round}");
                    kept.Add($"room {round}");
                }
                Assert.Equal(kept, await mailer.Sent());
            }
            await using var again = await ServerProcess.Start(Home);
            using var reader = await Mailer.On(again);
            Assert.Equal(kept, await reader.Sent());
            Scale.Tell("I13", $"{Scale.Of(3, 20)} × a full disk: refused as disk_full, read meanwhile, {kept.Count} messages kept, writing again by itself");
        }
        finally
        {
            Assert.True(Shim.Run("umount", Home));
        }
    }

    [Fact]
    public async Task A_disk_that_turned_read_only_is_said_reading_goes_on_and_writing_begins_again_when_it_takes_writes()
    {
        var readOnly = Path.Combine(_folder, "read-only");
        var rounds = Scale.Of(3, 30);
        await using var server = await ServerProcess.Start(Home, new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = Shim.Make(_folder),
            ["READ_ONLY_WHILE"] = readOnly,
            ["READ_ONLY_FOLDER"] = Home,
        });
        using var mailer = await Mailer.On(server);
        List<string> kept = [];
        for (var round = 0; round < rounds; round++)
        {
            await mailer.SendAtLast($"before {round}");
            kept.Add($"before {round}");
            await File.WriteAllTextAsync(readOnly, "", TestContext.Current.CancellationToken);
            var since = Stopwatch.GetTimestamp();
            Error? refusal;
            do
            {
                refusal = (await mailer.Send($"refused {round}")).Error;
                Assert.Equal(ErrorKind.Unavailable, refusal?.Kind);
                Assert.True(Stopwatch.GetElapsedTime(since) < ServerProcess.Patience, $"It says only: {refusal!.Message}");
            }
            while (!refusal.Message.Contains("read-only", StringComparison.Ordinal));
            Assert.Equal(kept, await mailer.Sent());
            File.Delete(readOnly);
        }
        await mailer.SendAtLast("after");

        Assert.Equal([.. kept, "after"], await mailer.Sent());
        Scale.Tell("I13", $"{rounds} × a disk that turned read-only: refused, and said so, read meanwhile, {kept.Count + 1} messages kept, writing again by itself");
    }

    // Leaves room for a few messages.
    private static async Task Fill(string file)
    {
        await using var filler = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                filler.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            filler.SetLength(Math.Max(0, filler.Length - 200_000));
        }
    }
}
