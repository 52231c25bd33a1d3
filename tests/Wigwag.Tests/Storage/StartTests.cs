using System.Diagnostics;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Tests.Storage;

/// <summary>The program's starts that cannot be: each ends with one sentence, the next step and an exit code, never with a stack trace.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Home => _folder["home"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Too_few_descriptors_are_said_before_anything_is_opened()
    {
        var (exit, said) = await Run("ulimit -n 150; exec \"$0\" serve --listen none");

        Assert.Equal(7, exit);
        Assert.Contains("ulimit -n", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Home));
    }

    [Theory]
    [InlineData("serve --listen none")]
    [InlineData("project list --no-server")]
    [InlineData("restore nothing.tar")]
    [InlineData("recover")]
    public async Task A_home_of_another_user_is_refused(string command)
    {
        Directory.CreateDirectory(Home);
        Assert.SkipUnless((await Run($"chown 12345 '{Home}'")).Exit == 0, "needs the right to give a directory away");

        var (exit, said) = await Run($"exec \"$0\" {command}");

        Assert.Equal(5, exit);
        Assert.Contains("belongs to user 12345", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Home));
    }

    [Fact]
    public async Task A_home_that_others_may_read_is_closed_to_them_and_that_is_said()
    {
        Directory.CreateDirectory(Home);
        Assert.Equal(0, (await Run($"chmod 755 '{Home}'")).Exit);

        var (exit, said) = await Run("exec \"$0\" serve --listen none --idle-exit 1s");

        Assert.Equal(0, exit);
        Assert.Contains("was open to other users", said, StringComparison.Ordinal);
        Assert.Equal("rwx------", TemporaryFolder.Mode(Home));
    }

    [Fact]
    public async Task A_damaged_database_is_refused_with_the_way_on_and_recover_is_that_way()
    {
        Assert.Equal(0, (await Run("exec \"$0\" project register git@example.org:o/r.git --no-server")).Exit);
        await File.WriteAllBytesAsync(_folder["home/wigwag.db"], (await File.ReadAllBytesAsync(_folder["home/wigwag.db"], Stop))[..^8192], Stop);

        var (exit, said) = await Run("exec \"$0\" serve --listen none");

        Assert.Equal(7, exit);
        Assert.Contains("is cut off", said, StringComparison.Ordinal);
        Assert.Contains("'wigwag recover'", said, StringComparison.Ordinal);
        var (recovered, report) = await Run("exec \"$0\" recover --json");
        Assert.True(recovered == 0, report);
        Assert.Contains("\"previous\":", report, StringComparison.Ordinal);
        Assert.Equal(0, (await Run("exec \"$0\" project list --no-server")).Exit);
    }

    [Theory]
    [InlineData("mkdir -p \"$WIGWAG_HOME/wigwag.db\"")]
    [InlineData("mkdir -p \"$WIGWAG_HOME\"; mkfifo \"$WIGWAG_HOME/wigwag.db\"")]
    [InlineData("mkdir -p \"$WIGWAG_HOME/wigwag.db-wal\"")]
    [InlineData("mkdir -p \"$WIGWAG_HOME/wigwag.db.lock\"")]
    [InlineData("mkdir -p \"$WIGWAG_HOME/wigwag.db.mark\"")]
    [InlineData("mkdir -p \"$WIGWAG_HOME/server.lock\"")]
    [InlineData("mkdir -p \"$WIGWAG_HOME/token\"")]
    [InlineData("mkdir -p \"$WIGWAG_HOME\"; touch \"$WIGWAG_HOME/blobs\"")]
    [InlineData("mkdir -p \"$WIGWAG_HOME\"; echo text >\"$WIGWAG_HOME/wigwag.db\"")]
    [InlineData("touch \"$WIGWAG_HOME\"")]
    [InlineData("ln -s nowhere/at/all \"$WIGWAG_HOME\"")]
    public async Task Whatever_stands_in_the_way_is_named(string first)
    {
        var (exit, said) = await Run($"{first}; exec \"$0\" serve --listen none --idle-exit 1s");

        Assert.True(exit is > 0 and < 128, $"{exit}: {said}");
        Assert.StartsWith("wigwag: ", said.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_server_is_refused_when_every_lock_file_was_deleted()
    {
        Directory.CreateDirectory(Home);
        await using var store = SqliteStore.Open(_folder["home/wigwag.db"]);
        foreach (var name in Directory.GetFiles(Home, "*.lock"))
        {
            File.Delete(name);
        }

        var (exit, said) = await Run("exec \"$0\" serve --listen none");

        Assert.Equal(4, exit);
        Assert.Contains("is in use", said, StringComparison.Ordinal);
    }

    private async Task<(int Exit, string Said)> Run(string script)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", script, Path.Combine(AppContext.BaseDirectory, "wigwag")])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = _folder.Path,
            Environment = { ["WIGWAG_HOME"] = Home },
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Stop);
        var output = await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        return (process.ExitCode, output + await errors);
    }
}
