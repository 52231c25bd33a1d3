using System.Net;
using System.Text.Json.Nodes;
using Wigwag.EndToEnd.Cli;

namespace Wigwag.Security.Paths;

/// <summary>No name that somebody sends becomes a path, and no link of a clone leads a file out of it.</summary>
public sealed class TraversalTests : IDisposable
{
    private readonly TemporaryFolder _outside = new();

    public void Dispose() => _outside.Dispose();

    private static readonly string[] Pieces =
    [
        "..", ".", "...", "/", "\\", "//", "~", "~root", "OUTSIDE", "/etc/passwd", "C:\\", "C:", "\\\\host\\share", "%2e%2e%2f", "..%2f", "%252e", "..;", "\0", "\n", " ", ".git/", ".git", "a", "x.txt",
        "\u2025", "\uff0e\uff0e\uff0f", "\u2215", "\u29f5", "e\u0301", "\u202e", "CON", "NUL", "aux.txt", ":stream", "$HOME", "`id`", "*", "**", "[!", "{a,b}", "-", "--", "file://", "../../../../../../tmp",
    ];

    [Fact]
    public async Task No_name_leads_a_file_anywhere()
    {
        await using var server = await RunningServer.Start(options => options with { Limits = options.Limits with { RequestsPerSecond = 1_000_000, RequestBurst = 1_000_000 } });
        await RunningServer.Ok(await server.Http.Post("/v1/agents", new { agent = "dave/vc", project = "github.com/o/vc", host = "box", path = "/src/dave/vc", fingerprint = "f" }));
        using var dave = server.Client(server.Token, ("Wigwag-Agent", "dave/vc"));
        var before = FilesOf(server);
        var names = Scale.Of(2_000, 10_000);
        var random = new Random(Scale.Seed);
        var answered = new int[6];
        await Parallel.ForEachAsync(Enumerable.Range(0, names).Select(_ => (Name(random), random.Next(7))), TestContext.Current.CancellationToken, async (each, _) =>
        {
            var (name, where) = each;
            var response = where switch
            {
                0 => await dave.Post("/v1/projects/vc/messages", new { subject = "x", attachments = new[] { new { name, text = "x" } } }),
                1 => await dave.Post("/v1/projects/vc/messages", new { subject = "x", attachments = new[] { new { name = "x.txt", content_id = name } } }),
                2 => await dave.Post("/v1/projects/-/reservations", new { scopes = new[] { name }, partial = true }),
                3 => await dave.Post("/v1/projects", new { remote = name }),
                4 => await server.Http.Post("/v1/agents", new { project = "github.com/o/vc", workspace = name, host = name, path = name, fingerprint = name }),
                5 => await dave.Post("/v1/hooks/claude-code/PreToolUse", new JsonObject
                {
                    ["session_id"] = name,
                    ["cwd"] = "/src/dave/vc" + name,
                    ["tool_name"] = "Edit",
                    ["tool_input"] = new JsonObject { ["file_path"] = "/src/dave/vc/" + name },
                }),
                _ => await dave.Get($"/v1/messages/m-0000000000/attachments/{Uri.EscapeDataString(name)}"),
            };
            Assert.True((int)response.StatusCode < 500, $"{where} {name}: {await response.Text()}");
            Interlocked.Increment(ref answered[(int)response.StatusCode / 100]);
        });
        Assert.Empty(Directory.EnumerateFileSystemEntries(_outside.Path));
        Assert.Empty(FilesOf(server).Except(before));
        Assert.True(answered[2] > 0 && answered[4] > 0);
        Scale.Tell("Paths:", $"{names} hostile names of attachments, scopes, remotes, workspaces and edited files: {answered[2]} kept as text, {answered[4]} refused, 0 files outside of the home");
    }

    // What a clone brings along, each a set of links; where they lead, only the kernel's way of following them tells.
    private static readonly string[][] Links =
    [
        [".claude -> OUTSIDE", ".mcp.json -> OUTSIDE/mcp.json", ".codex -> OUTSIDE", ".gemini -> OUTSIDE", ".cursor -> OUTSIDE"],
        ["d -> OUTSIDE", ".claude -> d/e", ".mcp.json -> d/mcp.json", ".codex -> d/e", ".gemini -> d/e", ".cursor -> d/e"],
        ["sub/d -> OUTSIDE/e", ".claude -> sub/d/../f", ".mcp.json -> sub/d/../mcp.json", ".codex -> sub/d/..", ".gemini -> sub/d/..", ".cursor -> sub/d/.."],
        ["one -> two", "two -> OUTSIDE", ".claude -> one", ".mcp.json -> one/mcp.json", ".codex -> one", ".gemini -> ./one", ".cursor -> ../vc/one"],
        ["a/b/c/keep -> .", "d -> a/b/c", ".mcp.json -> d/../../../../../mcp.json", ".claude -> d/../../../../..", ".codex -> d/../../../../..", ".gemini -> ../..", ".cursor -> ../../e"],
    ];

    [Fact]
    public void No_link_of_a_clone_leads_a_file_out_of_it()
    {
        Array.ForEach(Links, AssertStaysInside);
        Scale.Tell("Paths:", $"{Links.Sum(set => set.Length)} links of a clone that lead out of it: 0 files written through them");
    }

    private static void AssertStaysInside(string[] links)
    {
        using var town = new Town();
        var outside = Path.Combine(town.Folder, "src");
        var vc = town.Clone("dave/vc", "https://github.com/steveyegge/vc");
        Directory.CreateDirectory(Path.Combine(outside, "e"));
        Directory.CreateDirectory(Path.Combine(outside, "f"));
        foreach (var link in links.Select(link => link.Split(" -> ")))
        {
            var place = Path.Combine(vc, link[0]);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.CreateSymbolicLink(place, link[1].Replace("OUTSIDE", outside, StringComparison.Ordinal));
        }
        var before = Entries(outside, vc);
        var ran = town.WigwagIn(vc, "init", "--yes", "--client", "claude-code", "--client", "codex", "--client", "gemini", "--client", "cursor");
        Assert.True(before.SetEquals(Entries(outside, vc)), $"{string.Join(' ', Entries(outside, vc).Except(before))}: {ran.Output}{ran.Complaint}");
        Assert.Contains("outside of the working copy", ran.Output + ran.Complaint, StringComparison.Ordinal);
    }

    private static HashSet<string> Entries(string folder, string but) =>
        [.. Directory.EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Where(entry => !entry.StartsWith(but, StringComparison.Ordinal))];

    private string Name(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => Pieces[random.Next(Pieces.Length)])).Replace("OUTSIDE", _outside.Path, StringComparison.Ordinal);

    /// <summary>What lies in the server's home but for blobs under names of the server's own, and in the folder that names lead to.</summary>
    private static HashSet<string> FilesOf(RunningServer server) =>
        [.. Directory.EnumerateFileSystemEntries(server.Folder, "*", SearchOption.AllDirectories)
            .Where(file => !System.Text.RegularExpressions.Regex.IsMatch(file, "/blobs(/[0-9a-f]{2}(/[0-9a-f]{62})?)?$|/blobs/.unfinished-[0-9a-f]{32}$|/wigwag.db-(wal|shm)$"))];
}
