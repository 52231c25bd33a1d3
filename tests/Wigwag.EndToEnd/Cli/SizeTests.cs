using System.Text.Json;
using Wigwag.Core.Operations;

namespace Wigwag.EndToEnd.Cli;

/// <summary>What is larger than a limit is refused as that, with exit code 8 or MCP's error, and nothing below it is.</summary>
public sealed class SizeTests : IDisposable
{
    private const int Body = 256 * 1024;
    private const int Attachment = 10 * 1024 * 1024;

    private readonly Town _town = new();
    private readonly string _vc;

    public SizeTests()
    {
        _vc = _town.Clone("dave/vc", "git@github.com:acme/vc.git");
        _town.Environment["WIGWAG_LISTEN"] = "127.0.0.1:0";
        _town.WigwagIn(_vc, "status").Fine();
    }

    private void Over(bool tcp)
    {
        if (tcp)
        {
            _town.Environment["WIGWAG_URL"] = _town.Url();
            _town.Environment["WIGWAG_TOKEN_FILE"] = Path.Combine(_town.Home, "token");
        }
    }

    private static IEnumerable<(int Size, int ExitCode)> Around(int limit) => [(limit - 1, 0), (limit, 0), (limit + 1, 8), (10 * limit, 8)];

    private string File(string name, long size)
    {
        var path = Path.Combine(_town.Folder, name);
        using var file = System.IO.File.Create(path);
        file.SetLength(size);
        return path;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_attachment(bool tcp)
    {
        Over(tcp);
        foreach (var (size, exitCode) in Around(Attachment))
        {
            var file = File("a.bin", size);
            var ran = _town.WigwagIn(_vc, "send", "dave/vc", "x", "--attach", file, "--json");
            Assert.True(ran.ExitCode == exitCode, $"{size}: {ran.ExitCode} {ran.Complaint}");
            Assert.Equal(exitCode == 0, ran.Complaint.Length == 0);
            Assert.True(exitCode == 0 || ran.Complaint.Contains("attachment_too_large", StringComparison.Ordinal), ran.Complaint);
            // From a pipe as well, which does not say how much will come.
            Assert.Equal(exitCode, _town.Run("/bin/bash", _vc, "-c", $"cat '{file}' | '{Town.Program}' send dave/vc x --attach -").ExitCode);
        }
        var nine = Enumerable.Range(0, 3).SelectMany(i => new[] { "--attach", File($"{i}.bin", 9 * 1024 * 1024) }).ToArray();
        Assert.Equal(8, _town.WigwagIn(_vc, ["send", "dave/vc", "x", .. nine]).ExitCode);
        Assert.Equal(8, _town.WigwagIn(_vc, "send", "dave/vc", "x", "--attach", "/dev/zero").ExitCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_body(bool tcp)
    {
        Over(tcp);
        var issue = _town.WigwagIn(_vc, "issue", "create", "x", "--json").Fine().Json.GetProperty("issue_id").GetString()!;
        string[][] commands = [["send", "dave/vc", "x", "--body", "-"], ["issue", "create", "x", "--body", "-"], ["issue", "comment", issue, "-"], ["issue", "update", issue, "--body", "-"]];
        foreach (var command in commands)
        {
            foreach (var (size, exitCode) in Around(Body))
            {
                using var process = _town.StartIn(_vc, [.. command, "--json"]);
                var ran = Town.End(process, new string('x', size));
                Assert.True(ran.ExitCode == exitCode, $"{string.Join(' ', command)} with {size}: {ran.ExitCode} {ran.Complaint}");
                Assert.True(exitCode == 0 || ran.Complaint.Contains("too_large", StringComparison.Ordinal), ran.Complaint);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_address(bool tcp)
    {
        Over(tcp);
        var search = _town.WigwagIn(_vc, "search", new string('x', RequestLimits.LineBytes), "--json");
        Assert.True(search.ExitCode == 8, search.Complaint);
        Assert.Contains("request_too_large", search.Complaint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_line_of_MCP_is_answered_with_the_id_of_its_request_wherever_that_stands(bool tcp)
    {
        Over(tcp);
        using var bridge = _town.StartIn(_vc, "mcp");
        var id = 0;
        JsonElement Ask(string message)
        {
            bridge.StandardInput.Write(message + "\n");
            bridge.StandardInput.Flush();
            while (true)
            {
                var line = bridge.StandardOutput.ReadLine();
                Assert.NotNull(line);
                var answer = JsonDocument.Parse(line).RootElement;
                if (answer.TryGetProperty("id", out _))
                {
                    return answer;
                }
            }
        }
        Ask("""{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""");
        bridge.StandardInput.Write("""{"jsonrpc":"2.0","method":"notifications/initialized"}""" + "\n");
        foreach (var isLast in new[] { false, true })
        {
            foreach (var (size, exitCode) in Around(RequestLimits.JsonBytes))
            {
                id++;
                var name = $"\"id\":{(isLast ? $"\"a{id}\"" : id)}";
                const string padding = "\"params\":{\"name\":\"show_status\",\"arguments\":{\"mine\":true},\"_meta\":{\"id\":\"inner\",\"pad\":\"\"}}";
                var message = isLast ? $"{{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",{padding},{name}}}" : $"{{\"jsonrpc\":\"2.0\",{name},\"method\":\"tools/call\",{padding}}}";
                var answer = Ask(message.Replace("\"pad\":\"\"", $"\"pad\":\"{new string('x', size - message.Length)}\"", StringComparison.Ordinal));
                Assert.Equal(isLast ? $"\"a{id}\"" : $"{id}", answer.GetProperty("id").GetRawText());
                Assert.True(answer.TryGetProperty("error", out var error) == (exitCode == 8), answer.ToString());
                Assert.True(exitCode == 0 || error.GetProperty("data").GetProperty("kind").GetString() == "too_large", answer.ToString());
            }
        }
        bridge.StandardInput.Close();
        Assert.True(bridge.WaitForExit(60_000));
    }

    [Fact]
    public void What_a_hook_is_sent()
    {
        foreach (var (size, isRefused) in new[] { (RequestLimits.HookBytes, false), (RequestLimits.HookBytes + 1, true) })
        {
            var start = $$"""{"session_id":"s1","cwd":"{{_vc}}","tool_name":"Write","tool_input":{"file_path":"{{_vc}}/a","content":" """;
            using var hook = _town.StartIn(_vc, "hook", "claude-code", "PreToolUse");
            var ran = Town.End(hook, start + new string('x', size - start.Length - 3) + "\"}}").Fine();
            Assert.Equal(isRefused, ran.Complaint.Contains("more than 16 MiB", StringComparison.Ordinal));
            Assert.Equal(isRefused, ran.Output.Contains("could not check who has reserved", StringComparison.Ordinal));
        }
    }

    public void Dispose() => _town.Dispose();
}
