using System.Diagnostics;
using Wigwag.Core.Operations;
using Wigwag.Git;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Git;

/// <summary>Real repositories in a folder of the test's own.</summary>
public sealed class Clones : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string this[string path] => Path.Combine(_folder.Path, path);

    /// <summary>Runs git as a person would who has no configuration but this.</summary>
    public string Git(string folder, params string[] arguments)
    {
        Directory.CreateDirectory(this[folder]);
        var start = new ProcessStartInfo("git") { WorkingDirectory = this[folder], RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-c", "user.name=Ann Lee", "-c", "user.email=ann@example.org", "-c", "protocol.file.allow=always", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEnd();
        var complaint = git.StandardError.ReadToEnd();
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, $"git {string.Join(' ', arguments)}: {complaint}");
        return output.Trim();
    }

    /// <summary>A repository with a commit of its own, and a remote when one is given.</summary>
    public string Make(string folder, string? origin = null)
    {
        Git(folder, "init", "-q", "-b", "main");
        Git(folder, "config", "user.name", "Ann Lee");
        Git(folder, "config", "user.email", "ann@example.org");
        Git(folder, "commit", "-q", "--allow-empty", "-m", $"begin {folder}");
        if (origin is not null)
        {
            Git(folder, "remote", "add", "origin", origin);
        }
        return this[folder];
    }

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllText(this[path], text);
    }

    public Workspace Workspace(string folder) => Wigwag.Git.Workspace.Discover(this[folder]).Value;

    public async Task<Result<WorkspaceFacts>> TryDescribe(string folder) =>
        Wigwag.Git.Workspace.Discover(this[folder]).Try(out var workspace, out var error)
            ? await workspace.Describe(TestContext.Current.CancellationToken)
            : error;

    public async Task<WorkspaceFacts> Describe(string folder)
    {
        var facts = await TryDescribe(folder);
        Assert.True(facts.Error is null, facts.Error?.ToString());
        return facts.Value;
    }

    public async Task<Error> Refused(string folder)
    {
        var facts = await TryDescribe(folder);
        Assert.NotNull(facts.Error);
        return facts.Error;
    }

    public void Dispose() => _folder.Dispose();
}
