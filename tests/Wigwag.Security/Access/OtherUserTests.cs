using Wigwag.EndToEnd.Cli;

namespace Wigwag.Security.Access;

/// <summary>A second user of the machine reaches nothing of the first one's server.</summary>
public sealed class OtherUserTests : IDisposable
{
    private readonly Town _town = new();

    public void Dispose() => _town.Dispose();

    [Fact]
    public void Another_user_reads_writes_and_calls_nothing()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Needs root, to become another user.");
        _town.Environment["WIGWAG_LISTEN"] = "127.0.0.1:0";
        var vc = _town.Clone("dave/vc", "https://github.com/steveyegge/vc");
        var trace = Path.Combine(_town.Folder, "trace.txt");
        File.WriteAllText(trace, "WHISPER");
        _town.WigwagIn(vc, "send", "dave/vc", "WHISPER", "--attach", trace).Fine();
        _town.WigwagIn(vc, "trust", "https://wigwag.example.org").Fine();
        _town.WigwagIn(vc, "backup", Path.Combine(_town.Home, "backup.tar")).Fine();
        _town.Environment["WIGWAG_URL"] = "http://127.0.0.1:1";
        _ = _town.WigwagIn(vc, "send", "dave/vc", "WHISPER", "--best-effort");
        _town.Environment.Remove("WIGWAG_URL");
        // The way there is open, as a home's often is; what keeps them out is the home's own.
        File.SetUnixFileMode(_town.Folder, (UnixFileMode)0b111_101_101);
        var entries = Directory.EnumerateFileSystemEntries(_town.Home, "*", SearchOption.AllDirectories).Append(_town.Home).ToArray();
        Assert.Contains(entries, entry => entry.EndsWith("/wigwag.db", StringComparison.Ordinal));
        Assert.Contains(entries, entry => entry.EndsWith("/token", StringComparison.Ordinal));
        var open = entries.Where(entry => (File.GetUnixFileMode(entry) & (UnixFileMode)0b000_111_111) != 0);
        // Within a home that is closed; none of these holds a secret.
        Assert.Empty(open.Select(Path.GetFileName).Except(["server.json", "server.log", "lock"]));
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
}
