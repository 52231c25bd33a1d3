namespace Wigwag.EndToEnd.Cli;

/// <summary>RFC-001's commands under <c>wigwag agent</c>, with its states and its named failures: docs/rfc-001.md.</summary>
public sealed class Rfc001Tests : IDisposable
{
    private readonly Town _town = new();
    private readonly string _ui;
    private readonly string _graph;

    public Rfc001Tests()
    {
        _ui = _town.Clone("ui/board", "git@github.com:o/board.git");
        _graph = _town.Clone("graph/board", "git@github.com:o/board.git");
        _town.WigwagIn(_ui, "agent", "register", "--role", "ui").Fine();
        _town.WigwagIn(_graph, "agent", "register", "--role", "graph").Fine();
    }

    [Fact]
    public void A_handoff_goes_from_send_to_ack_and_a_reservation_from_active_to_released()
    {
        Assert.Equal(["graph/board", "ui/board"], Agents());
        Assert.Equal("ui", _town.WigwagIn(_ui, "agent", "show", "--json").Fine().Json.GetProperty("role").GetString());
        var issue = Issue();
        var sent = _town.WigwagIn(
            _ui, "agent", "send", "graph/board", "Yours now", "--issue", issue, "--category", "HANDOFF", "--next-owner", "graph/board", "--body", "…", "--json").Fine().Json;
        var message = sent.GetProperty("message_id").GetString()!;
        Assert.Equal($"issue:{issue}", sent.GetProperty("thread_id").GetString());

        Assert.Equal("unread", _town.WigwagIn(_graph, "agent", "inbox", "--json").Fine().Json.GetProperty("messages")[0].GetProperty("state").GetString());
        Assert.Equal("read", _town.WigwagIn(_graph, "agent", "read", message, "--json").Fine().Json.GetProperty("state").GetString());
        Assert.Equal("acked", _town.WigwagIn(_graph, "agent", "ack", message, "--json").Fine().Json.GetProperty("state").GetString());

        var lease = _town.WigwagIn(_ui, "agent", "reserve", "src/graph/*", "--issue", issue, "--json").Fine().Json.GetProperty("granted")[0];
        Assert.Equal(("active", issue), (lease.GetProperty("state").GetString(), lease.GetProperty("issue_id").GetString()));
        var work = _town.WigwagIn(_graph, "agent", "status", "--json").Fine().Json.GetProperty("work").GetProperty("agents").EnumerateArray();
        Assert.Equal("src/graph/*", work.Single(agent => agent.GetProperty("agent").GetString() == "ui/board").GetProperty("holds")[0].GetProperty("scope").GetString());
        Assert.Contains("src/graph/*", _town.WigwagIn(_graph, "agent", "status").Fine().Output, StringComparison.Ordinal);
        Assert.Equal("released", _town.WigwagIn(_ui, "agent", "release", "--json").Fine().Json.GetProperty("released")[0].GetProperty("state").GetString());
    }

    [Fact]
    public void Each_failure_has_its_name_and_exit_code()
    {
        var issue = Issue();
        var message = _town.WigwagIn(_ui, "agent", "send", "graph/board", "Hello", "--category", "INFO", "--body", "…", "--json").Fine().Json.GetProperty("message_id").GetString()!;
        _town.WigwagIn(_graph, "agent", "ack", message).Fine();
        _town.WigwagIn(_ui, "agent", "reserve", "src/graph/*").Fine();

        Fails(_graph, 4, "agent_taken", "register", "ui/board");
        Fails(_ui, 3, "unknown_recipient", "send", "nobody/board", "Hello", "--category", "INFO", "--body", "…");
        Fails(_ui, 2, "issue_required", "send", "graph/board", "Stuck", "--category", "BLOCKED", "--action", "Help", "--urgency", "high", "--body", "…");
        Fails(_ui, 2, "action_required", "send", "graph/board", "Stuck", "--category", "BLOCKED", "--issue", issue, "--urgency", "high", "--body", "…");
        Fails(_ui, 2, "next_owner_required", "send", "graph/board", "Yours", "--category", "HANDOFF", "--issue", issue, "--body", "…");
        Fails(_graph, 4, "scope_held", "reserve", "src/graph/node.ts");
        Fails(_graph, 3, "unknown_message", "ack", "m-0000000000");
        Fails(_graph, 4, "already_acked", "ack", message);
        Fails(_ui, 5, "not_recipient", "ack", message);
        Fails(_graph, 3, "not_held", "release", "src/graph/*");
    }

    public void Dispose() => _town.Dispose();

    private IEnumerable<string> Agents() => _town.WigwagIn(_ui, "agent", "list", "--json").Fine().Json.GetProperty("agents").EnumerateArray()
        .Select(agent => agent.GetProperty("agent").GetString()!).Order(StringComparer.Ordinal);

    private string Issue() => _town.WigwagIn(_ui, "issue", "create", "Overlap", "--json").Fine().Json.GetProperty("issue_id").GetString()!;

    private void Fails(string folder, int exitCode, string code, params string[] command)
    {
        var ran = _town.WigwagIn(folder, ["agent", .. command, "--json"]);
        var said = ran.Complaint.Length > 0 ? ran.Complaint : ran.Output;
        Assert.True(ran.ExitCode == exitCode && said.Contains($"\"{code}\"", StringComparison.Ordinal), $"{string.Join(' ', command)}: {ran.ExitCode} {said}");
    }
}
