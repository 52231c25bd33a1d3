using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases;
using Wigwag.Core.Messages;
using Wigwag.Tests.Agents;
using Wigwag.Tests.Issues;

namespace Wigwag.Tests.Leases;

/// <summary>Claims are leases: signs of life keep them, silence loses them, and late work is told so.</summary>
public sealed class ClaimLeaseTests : IAsyncLifetime
{
    private Town _town = null!;

    public async ValueTask InitializeAsync() => _town = await Town.Open();

    public ValueTask DisposeAsync() => _town.DisposeAsync();

    [Fact]
    public async Task A_claim_has_a_token_and_is_listed_among_what_is_held()
    {
        var issue = await _town.Create();
        var claimed = await _town.Claim(issue, _town.Fred);
        Assert.Equal(1, claimed.ClaimToken);
        var lease = Assert.Single((await _town.World.Do(ListLeases.Operation, new(), _town.Dave)).Leases);
        Assert.Equal((LeaseKind.Claim, issue.IssueId.Value, "fred/vc", 1), (lease.Kind, lease.Scope, lease.Holder.Value, lease.Token));
        await _town.World.Do(CheckLease.Operation, new() { Token = 1 }, _town.Fred);
        await _town.World.Do(UnclaimIssue.Operation, new() { IssueId = issue.IssueId }, _town.Fred);
        Assert.Empty((await _town.World.Do(ListLeases.Operation, new(), _town.Dave)).Leases);
        Assert.Equal(2, (await _town.Claim(issue, _town.Dave)).ClaimToken);
    }

    [Fact]
    public async Task Signs_of_life_keep_a_claim_and_nothing_else_needs_to()
    {
        var issue = await _town.Create();
        await _town.Claim(issue, _town.Fred);
        for (var i = 0; i < 6; i++)
        {
            _town.World.Clock.Pass(TimeSpan.FromMinutes(9));
            await _town.World.Do(Heartbeat.Operation, new(), _town.Fred);
        }
        Assert.Equal("already_claimed", (await _town.World.Refused(ClaimIssue.Operation, new() { IssueId = issue.IssueId }, _town.Dave)).Code);
        Assert.Equal(IssueStatus.Closed, (await _town.World.Do(CloseIssue.Operation, new() { IssueId = issue.IssueId, Token = 1 }, _town.Fred)).Status);
    }

    [Fact]
    public async Task The_issue_of_one_who_fell_silent_is_ready_again_and_everybody_concerned_is_told()
    {
        var issue = await _town.Create(by: _town.Main);
        await _town.Claim(issue, _town.Fred);
        _town.World.Clock.Pass(TimeSpan.FromMinutes(11));
        await _town.World.Watch();
        Assert.Equal(issue.IssueId, Assert.Single((await _town.Ready(by: _town.Main)).Issues).IssueId);
        var told = (await _town.World.Do(CheckInbox.Operation, new(), _town.Main)).Messages;
        Assert.Contains(told, message => message.Subject == "Open again: Crash");
        Assert.True((await _town.Claim(issue, _town.Dave)).ClaimToken > 2); // the loss has a token of its own
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Work_that_was_overtaken_is_not_taken_for_done(bool withToken)
    {
        var issue = await _town.Create();
        var token = (await _town.Claim(issue, _town.Fred)).ClaimToken;
        _town.World.Clock.Pass(TimeSpan.FromMinutes(11));
        await _town.Claim(issue, _town.Dave);
        // Fred's program was stopped and goes on as if nothing had happened.
        var late = await _town.World.Refused(CloseIssue.Operation, new() { IssueId = issue.IssueId, Token = withToken ? token : null }, _town.Fred);
        Assert.Equal(withToken ? "stale_token" : "claim_lost", late.Code);
        Assert.Contains("dave/vc", late.Message, StringComparison.Ordinal);
        Assert.Equal(IssueStatus.InProgress, (await _town.Show(issue)).Status);
        // Others may still close it, as they always may.
        Assert.Equal(IssueStatus.Closed, (await _town.Close(issue, _town.Main)).Status);
    }

    [Fact]
    public async Task Also_when_nobody_took_over_yet()
    {
        var issue = await _town.Create();
        await _town.Claim(issue, _town.Fred);
        _town.World.Clock.Pass(TimeSpan.FromMinutes(11));
        Assert.Equal("claim_lost", (await _town.World.Refused(CloseIssue.Operation, new() { IssueId = issue.IssueId }, _town.Fred)).Code);
        var again = await _town.Claim(issue, _town.Fred);
        Assert.Equal(2, again.ClaimToken);
        Assert.Equal(IssueStatus.Closed, (await _town.World.Do(CloseIssue.Operation, new() { IssueId = issue.IssueId, Token = 2 }, _town.Fred)).Status);
    }

    [Fact]
    public async Task Whoever_comes_back_after_a_goodbye_in_time_has_its_claim()
    {
        var issue = await _town.Create();
        await _town.Claim(issue, _town.Fred);
        await _town.World.Do(Goodbye.Operation, new(), _town.Fred);
        _town.World.Clock.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal(1, (await _town.Claim(issue, _town.Fred)).ClaimToken);
    }
}
