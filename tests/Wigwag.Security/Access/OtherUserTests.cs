using Wigwag.EndToEnd.Cli;

namespace Wigwag.Security.Access;

/// <summary>A second user of the machine reaches nothing of the first one's server.</summary>
public sealed class OtherUserTests : IDisposable
{
    private readonly Town _town = new();

    public void Dispose() => _town.Dispose();

    [Fact]
    public void Everything_in_the_home_is_its_users_alone()
    {
        var entries = Fill(_town.Clone("dave/vc", "https://github.com/steveyegge/vc"));
        // What holds no secret too: server.json, server.log, the locks.
        Assert.Superset(
            new HashSet<string?> { "server.json", "server.log", "server.lock", "start.lock", "lock", "token", "servers", "wigwag.db", "wigwag.sock" },
            entries.Select(Path.GetFileName).ToHashSet());
        Assert.All(entries, AssertPrivate);
    }

    // The home is made by whatever needs it first, here a command that waits for a server elsewhere.
    [Fact]
    public void A_home_that_an_outbox_made_is_its_users_alone()
    {
        var vc = _town.Clone("dave/vc", "https://github.com/steveyegge/vc");
        _town.Environment["WIGWAG_URL"] = "http://127.0.0.1:1";
        _town.WigwagIn(vc, "send", "dave/vc", "x", "--best-effort").Fine();
        var entries = Directory.EnumerateFileSystemEntries(_town.Home, "*", SearchOption.AllDirectories).Append(_town.Home).ToArray();
        Assert.Contains(entries, entry => entry.EndsWith("/outbox/lock", StringComparison.Ordinal));
        Assert.All(entries, AssertPrivate);
    }

    [Fact]
    public void Another_user_reads_writes_and_calls_nothing()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Needs root, to become another user.");
        var entries = Fill(_town.Clone("dave/vc", "https://github.com/steveyegge/vc"));
        var tried = 0;
        foreach (var entry in entries)
        {
            string[][] ways = [["cat", entry], ["ls", entry], ["sh", "-c", "echo x >> \"$1\"", "sh", entry], ["mv", entry, entry + ".x"], ["ln", entry, Path.Combine(Path.GetTempPath(), "wigwag-linked")]];
            foreach (var way in ways)
            {
                Denied(way);
            }
        }
        var socket = Assert.Single(entries, entry => entry.EndsWith("wigwag.sock", StringComparison.Ordinal));
        Denied(["curl", "--silent", "--max-time", "10", "--unix-socket", socket, "http://localhost/healthz"]);
        Denied(["curl", "--silent", "--fail", "--max-time", "10", _town.Url() + "/v1/projects"]);
        Scale.Tell("Second user:", $"{entries.Length} files, folders and sockets, {tried} ways to read, write, move, link and call: 0 worked");

        void Denied(string[] command)
        {
            var ran = _town.Run("setpriv", "/", ["--reuid=65534", "--regid=65534", "--clear-groups", "--", .. command]);
            Assert.True(ran.ExitCode != 0 && !ran.Output.Contains("WHISPER", StringComparison.Ordinal), $"{string.Join(' ', command)}: {ran.Output}");
            tried++;
        }
    }

    private static void AssertPrivate(string entry)
    {
        var mode = File.GetUnixFileMode(entry);
        Assert.True((mode & (UnixFileMode)0b000_111_111) == 0, $"{entry}: {mode}");
    }

    /// <summary>Everything that a home may hold, by a user who keeps nothing private themselves.</summary>
    private string[] Fill(string vc)
    {
        _town.Environment["WIGWAG_LISTEN"] = "127.0.0.1:0";
        var trace = Path.Combine(_town.Folder, "trace.txt");
        File.WriteAllText(trace, "WHISPER");
        _town.WigwagIn(vc, "send", "dave/vc", "WHISPER", "--attach", trace).Fine();
        _town.WigwagIn(vc, "trust", "https://wigwag.example.org").Fine();
        _town.WigwagIn(vc, "backup", Path.Combine(_town.Home, "backup.tar")).Fine();
        _town.Environment["WIGWAG_URL"] = "http://127.0.0.1:1";
        _town.WigwagIn(vc, "send", "dave/vc", "WHISPER", "--best-effort").Fine();
        _town.Environment.Remove("WIGWAG_URL");
        // The way there is open, as a home's often is; what keeps others out is the home's own.
        File.SetUnixFileMode(_town.Folder, (UnixFileMode)0b111_101_101);
        return [.. Directory.EnumerateFileSystemEntries(_town.Home, "*", SearchOption.AllDirectories), _town.Home];
    }
}
