using System.Text;
using Wigwag.Client;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Tests.Server;

namespace Wigwag.Tests.Client;

/// <summary>The client and a real server, as two programs meet.</summary>
public sealed class ClientAndServerTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await RunningServer.Start();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task An_agent_registers_and_works_on_an_issue_of_its_own_project_by_default()
    {
        using var client = await Dave();
        var issue = (await client.Call(CreateIssue.Operation, new() { Title = "Crash, 100%", Labels = ["bug"] }, cancel: Cancel)).Value;
        Assert.Equal(("github.com/steveyegge/vc", "dave/vc"), (issue.Project.Value, issue.CreatedBy?.Value));
        var found = (await client.Call(ListIssues.Operation, new() { Status = IssueStatus.Open, Text = "crash, 100%", Limit = 5 }, cancel: Cancel)).Value;
        Assert.Equal(issue.IssueId, Assert.Single(found.Issues).IssueId);
        var named = (await client.Call(ListReadyIssues.Operation, new() { Project = "github.com/steveyegge/vc" }, cancel: Cancel)).Value;
        Assert.Single(named.Issues);
        Assert.Equal("dave/vc", (await client.Call(ClaimIssue.Operation, new() { IssueId = issue.IssueId }, cancel: Cancel)).Value.Assignee?.Value);
        await client.Call(CloseIssue.Operation, new() { IssueId = issue.IssueId, Reason = "Fixed." }, cancel: Cancel);
        var error = (await client.Call(CloseIssue.Operation, new() { IssueId = issue.IssueId }, cancel: Cancel)).Error!;
        Assert.Equal((ErrorKind.Conflict, "already_closed"), (error.Kind, error.Code));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_same_key_does_a_command_once()
    {
        using var client = await Dave();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            client.Call(CreateIssue.Operation, new() { Title = "Once" }, new() { IdempotencyKey = "k-1" }, Cancel).AsTask()));
        Assert.Single(answers.Select(answer => answer.Value.IssueId).Distinct());
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_too_large_is_refused_as_that_and_not_broken_off(bool overSocket)
    {
        using var client = overSocket ? new WigwagClient(new() { Socket = _server.Socket }) : new WigwagClient(new() { Address = _server.Address, Token = _server.Token });
        const int limit = 10 * 1024 * 1024;
        foreach (var size in new[] { limit, limit + 1, 10 * limit })
        {
            using var file = new MemoryStream(new byte[size]);
            Assert.Equal(size > limit ? ErrorKind.TooLarge : null, (await client.Upload(file, Cancel)).Error?.Kind);
        }
        foreach (var size in new[] { RequestLimits.JsonBytes + 1, 10 * RequestLimits.JsonBytes })
        {
            Assert.Equal(ErrorKind.TooLarge, (await client.Call(CreateIssue.Operation, new() { Title = "x", Body = new string('x', size) }, cancel: Cancel)).Error?.Kind);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task The_socket_needs_no_token_and_a_port_does()
    {
        using var local = new WigwagClient(new() { Socket = _server.Socket });
        Assert.Equal("unknown_issue", (await local.Call(ShowIssue.Operation, new() { IssueId = IssueId.Parse("vc-zzzz") }, cancel: Cancel)).Error?.Code);
        using var stranger = new WigwagClient(new() { Address = _server.Address });
        Assert.Equal(ErrorKind.Forbidden, (await stranger.Call(ShowIssue.Operation, new() { IssueId = IssueId.Parse("vc-zzzz") }, cancel: Cancel)).Error?.Kind);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_happens_is_told_and_can_be_told_again_from_any_place()
    {
        using var client = await Dave();
        var first = (await client.Call(CreateIssue.Operation, new() { Title = "first" }, cancel: Cancel)).Value;
        await client.Call(ClaimIssue.Operation, new() { IssueId = first.IssueId }, cancel: Cancel);
        var told = await client.Events(new() { After = "0", Kinds = ["issue.*"] }, Cancel).Take(2).Select(one => one.Value).ToListAsync(Cancel);
        Assert.Equal(["issue.created", "issue.claimed"], told.Select(one => one.Event.Kind));
        var again = await client.Events(new() { After = told[0].Id, Kinds = ["issue.*"] }, Cancel).FirstAsync(Cancel);
        Assert.Equal(told[1].Id, again.Value.Id);
    }

    [Fact(Timeout = 60_000)]
    public async Task Uploaded_bytes_are_known_by_what_they_are()
    {
        using var client = await Dave();
        using var content = new MemoryStream(Encoding.UTF8.GetBytes("{\"a\":1}"));
        var kept = (await client.Upload(content, Cancel)).Value;
        Assert.Equal(("015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862", 7L), (kept.ContentId.Value, kept.SizeBytes));
    }

    private async Task<WigwagClient> Dave()
    {
        using var local = new WigwagClient(new() { Address = _server.Address, Token = _server.Token });
        var registered = await local.Call(
            RegisterAgent.Operation,
            new() { Agent = "dave/vc", Project = "git@github.com:steveyegge/vc.git", OperatorName = "Ann Lee" },
            new() { Attempts = 3 },
            Cancel);
        return new(new() { Address = _server.Address, Token = _server.Token, Agent = registered.Value.AgentId });
    }
}
