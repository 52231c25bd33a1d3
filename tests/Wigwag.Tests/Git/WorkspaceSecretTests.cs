using System.Runtime.Versioning;

namespace Wigwag.Tests.Git;

/// <summary>What a working copy is recognized by: its own, kept, and nobody else's.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class WorkspaceSecretTests : IDisposable
{
    private const string Vc = "git@github.com:steveyegge/vc.git";

    private readonly Clones _clones = new();

    public WorkspaceSecretTests() => _clones.Make("src/vc", Vc);

    public void Dispose() => _clones.Dispose();

    private string? Proof(string clone, string host = "box") => _clones.Workspace(clone).Proof(host);

    private string SecretOf(string clone) => Path.Combine(_clones.Workspace(clone).GitDir, "wigwag", "workspace");

    [Fact]
    public void It_is_made_once_and_only_its_user_can_read_it()
    {
        var proof = Proof("src/vc");

        Assert.Matches("^[0-9a-f]{64}$", proof);
        Assert.Equal(proof, Proof("src/vc"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SecretOf("src/vc")));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(SecretOf("src/vc"))!));
        Assert.DoesNotContain(proof!, File.ReadAllText(SecretOf("src/vc")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_that_begin_in_a_new_clone_at_once_agree_in_the_end()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Proof("src/vc"), TestContext.Current.CancellationToken)));

        Assert.Equal(Proof("src/vc"), Proof("src/vc"));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(SecretOf("src/vc"))!));
    }

    [Fact]
    public void A_worktree_a_copy_and_another_host_are_other_workspaces()
    {
        var first = Proof("src/vc");
        _clones.Git("src/vc", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x");
        _clones.Git("src/vc", "worktree", "add", "-q", _clones["src/tree"]);
        Copy(_clones["src/vc"], _clones["src/copy"]);

        Assert.Equal(4, new[] { first, Proof("src/tree"), Proof("src/copy"), Proof("src/vc", "another") }.Distinct().Count());
        // The copy made a secret of its own, so neither can pass for the other.
        Assert.NotEqual(File.ReadAllText(SecretOf("src/vc")), File.ReadAllText(SecretOf("src/copy")));
        Assert.Equal(first, Proof("src/vc"));
    }

    [Fact]
    public void A_clone_that_is_moved_keeps_its_secret_and_is_another_workspace()
    {
        var (proof, secret) = (Proof("src/vc"), File.ReadAllText(SecretOf("src/vc")));
        Directory.Move(_clones["src/vc"], _clones["src/moved"]);

        Assert.NotEqual(proof, Proof("src/moved"));
        Assert.Equal(secret, File.ReadAllText(SecretOf("src/moved")));
        Directory.Move(_clones["src/moved"], _clones["src/vc"]);
        Assert.Equal(proof, Proof("src/vc"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000 637000000000000000")]
    public void A_secret_that_came_with_an_archive_is_not_taken(string planted)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SecretOf("src/vc"))!);
        File.WriteAllText(SecretOf("src/vc"), planted);
        File.SetUnixFileMode(SecretOf("src/vc"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.NotNull(Proof("src/vc"));
        Assert.NotEqual(planted, File.ReadAllText(SecretOf("src/vc")));
    }

    [Fact]
    public void One_that_others_can_read_is_made_anew()
    {
        var proof = Proof("src/vc");
        File.SetUnixFileMode(SecretOf("src/vc"), (UnixFileMode)0b110_100_100);

        Assert.NotEqual(proof, Proof("src/vc"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SecretOf("src/vc")));
    }

    [Theory]
    [InlineData("wigwag")]
    [InlineData("wigwag/workspace")]
    public void Nothing_is_read_or_written_through_a_link(string link)
    {
        var elsewhere = Directory.CreateDirectory(_clones["elsewhere"]).FullName;
        File.WriteAllText(Path.Combine(elsewhere, "workspace"), "theirs");
        var at = Path.Combine(_clones["src/vc"], ".git", link);
        Directory.CreateDirectory(Path.GetDirectoryName(at)!);
        File.CreateSymbolicLink(at, link == "wigwag" ? elsewhere : Path.Combine(elsewhere, "workspace"));

        var proof = Proof("src/vc");

        Assert.Equal(link == "wigwag", proof is null);
        Assert.Equal("theirs", File.ReadAllText(Path.Combine(elsewhere, "workspace")));
        Assert.Single(Directory.GetFileSystemEntries(elsewhere));
    }

    private static void Copy(string from, string to)
    {
        using var copying = System.Diagnostics.Process.Start("cp", ["-a", from, to]);
        copying.WaitForExit();
        Assert.Equal(0, copying.ExitCode);
    }
}
