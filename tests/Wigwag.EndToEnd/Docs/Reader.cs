using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Wigwag.Program.Demo;

namespace Wigwag.EndToEnd.Docs;

/// <summary>
/// Somebody who follows a page by pasting its commands: two repositories with two clones each, a Wigwag home of their own, and
/// the sample ids and the sample address of the page replaced by the real ones, in the order in which they appear.
/// </summary>
internal sealed partial class Reader : IAsyncDisposable
{
    private const string SampleAddress = "http://127.0.0.1:8765";

    private readonly DemoWorld _world = new(Directory.CreateTempSubdirectory("wigwag-docs-").FullName);
    private readonly Dictionary<string, string> _ids = [];

    private Dictionary<string, string> Environment => new(_world.Environment)
    {
        ["WIGWAG_LISTEN"] = "127.0.0.1:0",
        ["HOME"] = _world.Root,
        ["PATH"] = $"{AppContext.BaseDirectory}:{System.Environment.GetEnvironmentVariable("PATH")}",
    };

    public static async Task<Reader> Start(CancellationToken cancel)
    {
        var reader = new Reader();
        await reader._world.Make(cancel);
        return reader;
    }

    /// <summary>Pastes a block; what it printed.</summary>
    public async Task<string> Paste(Block block, CancellationToken cancel)
    {
        var code = WithRealAddress(await WithRealIds(block, cancel));
        var run = await Bash(code, block.Where, cancel);
        Assert.True(run.ExitCode == 0, $"in {block.Where}:\n{code}\nexited with {run.ExitCode}\n{run.Output}\n{run.Error}");
        return run.Output;
    }

    /// <summary>Pastes one line in <c>dave/vc</c>; what it printed.</summary>
    public Task<string> Paste(string line, CancellationToken cancel) => Paste(new Block(line, "dave/vc", ""), cancel);

    /// <summary>Runs one line in <c>dave/vc</c>, however it ends.</summary>
    public async Task<Finished> Run(string line, CancellationToken cancel)
    {
        var block = new Block(line, "dave/vc", "");
        return await Bash(WithRealAddress(await WithRealIds(block, cancel)), block.Where, cancel);
    }

    /// <summary>Runs one line in <c>dave/vc</c> whose standard output nobody reads.</summary>
    public async Task<Finished> RunUnread(string line, CancellationToken cancel)
    {
        var code = WithRealAddress(await WithRealIds(new Block(line, "dave/vc", ""), cancel));
        using var process = Child.Start("bash", ["-c", code], _world.Clone("dave/vc"), Environment);
        process.StandardOutput.Close();
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return new(process.ExitCode, "", error);
    }

    public async ValueTask DisposeAsync()
    {
        await Bash("wigwag stop", "dave/vc", CancellationToken.None);
        Directory.Delete(_world.Root, recursive: true);
    }

    private Task<Finished> Bash(string code, string where, CancellationToken cancel) =>
        Child.Run("bash", ["-euo", "pipefail", "-c", code], _world.Clone(where), environment: Environment, cancel: cancel);

    private string WithRealAddress(string code)
    {
        if (!code.Contains(SampleAddress, StringComparison.Ordinal))
        {
            return code;
        }
        using var record = JsonDocument.Parse(File.ReadAllText(Path.Combine(_world.Home, "server.json")));
        return code.Replace(SampleAddress, record.RootElement.GetProperty("url").GetString());
    }

    private async Task<string> WithRealIds(Block block, CancellationToken cancel)
    {
        foreach (var sample in SampleId().Matches(block.Code).Select(match => match.Value).Distinct().Where(sample => !_ids.ContainsKey(sample)))
        {
            var (command, list, id) = sample[..2] switch
            {
                "m-" => ("wigwag inbox --json", "messages", "message_id"),
                "r-" => ("wigwag leases --json", "leases", "lease_id"),
                ['k', _] => ("wigwag key list --json", "keys", "key_id"),
                _ => ($"wigwag issue list --project {sample[..sample.LastIndexOf('-')]} --json", "issues", "issue_id"),
            };
            var run = await Bash(command, block.Where, cancel);
            Assert.True(run.ExitCode == 0, run.Error);
            _ids[sample] = JsonDocument.Parse(run.Output).RootElement.GetProperty(list)[0].GetProperty(id).GetString()!;
        }
        return SampleId().Replace(block.Code, match => _ids[match.Value]);
    }

    [GeneratedRegex(@"\b[mr]-[0-9a-z]{10}\b|\bk[0-9][0-9a-z]{9}\b|\b(?:vc|beads)-[0-9a-z]{4}\b")]
    private static partial Regex SampleId();
}
