using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Messages;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Issues;

public sealed class ClaimTests : IAsyncLifetime
{
    private Town _town = null!;

    public async ValueTask InitializeAsync() => _town = await Town.Open();

    public ValueTask DisposeAsync() => _town.DisposeAsync();

    [Fact]
    public async Task Of_many_who_claim_at_once_one_gets_it()
    {
        var issue = await _town.Create();
        var callers = Enumerable.Range(0, 16).Select(i => i % 2 == 0 ? _town.Dave : _town.Fred);
        var results = await Task.WhenAll(callers.Select(caller => _town.World.Run(ClaimIssue.Operation, new() { IssueId = issue.IssueId }, caller)));
        var holders = results.Where(result => result.Error is null).Select(result => result.Value.Assignee).Distinct();
        Assert.Single(holders);
        Assert.Equal(8, results.Count(result => result.Error?.Code == "already_claimed"));
        Assert.Single(await _town.Facts(), fact => fact.Kind == "issue.claimed");
    }

    [Fact]
    public async Task Who_claims_in_vain_is_told_who_holds_it_since_when_and_what_to_do()
    {
        var issue = await _town.Create();
        var claimed = await _town.Claim(issue, _town.Fred);
        Assert.Equal((IssueStatus.InProgress, "fred/vc"), (claimed.Status, claimed.Assignee?.Value));
        var refused = await _town.World.Refused(ClaimIssue.Operation, new() { IssueId = issue.IssueId }, _town.Dave);
        Assert.Equal("already_claimed", refused.Code);
        Assert.Equal($"{issue.IssueId} is held by fred/vc since 2026-03-01 09:00:00Z.", refused.Message);
        Assert.Contains("fred/vc", refused.Next, StringComparison.Ordinal);
        Assert.Equal("fred/vc", (string?)refused.Details!["assignee"]);
    }

    [Fact]
    public async Task Claiming_again_what_one_holds_changes_nothing()
    {
        var issue = await _town.Create();
        var first = await _town.Claim(issue, _town.Fred);
        _town.World.Clock.Pass(TimeSpan.FromSeconds(5));
        Assert.Equivalent(first, await _town.Claim(issue, _town.Fred), strict: true);
        Assert.Single(await _town.Facts(), fact => fact.Kind == "issue.claimed");
    }

    [Fact]
    public async Task An_issue_of_one_who_said_goodbye_is_taken_over_and_they_are_told()
    {
        var issue = await _town.Create(by: _town.Main);
        await _town.Claim(issue, _town.Fred);
        await _town.World.Do(Goodbye.Operation, new(), _town.Fred);
        Assert.Equal("dave/vc", (await _town.Claim(issue, _town.Dave)).Assignee?.Value);
        var told = (await _town.World.Do(CheckInbox.Operation, new(), _town.Fred)).Messages;
        Assert.Contains(told, message => message.Subject == "Taken over: Crash");
    }

    [Fact]
    public async Task An_issue_of_one_who_fell_silent_is_taken_over_after_ten_minutes_and_not_before()
    {
        var issue = await _town.Create();
        await _town.Claim(issue, _town.Fred);
        _town.World.Clock.Pass(TimeSpan.FromMinutes(9));
        Assert.Equal("already_claimed", (await _town.World.Refused(ClaimIssue.Operation, new() { IssueId = issue.IssueId }, _town.Dave)).Code);
        _town.World.Clock.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal("dave/vc", (await _town.Claim(issue, _town.Dave)).Assignee?.Value);
    }

    [Fact]
    public async Task Only_an_agent_can_hold_an_issue()
    {
        var issue = await _town.Create();
        Assert.Equal("agent_required", (await _town.World.Refused(ClaimIssue.Operation, new() { IssueId = issue.IssueId }, _town.Ann)).Code);
    }

    [Fact]
    public async Task The_holder_or_a_human_gives_an_issue_back_and_no_other_agent()
    {
        var issue = await _town.Create();
        await _town.Claim(issue, _town.Fred);
        Assert.Equal("claimed_by_another", (await _town.World.Refused(UnclaimIssue.Operation, new() { IssueId = issue.IssueId }, _town.Dave)).Code);
        var freed = await _town.World.Do(UnclaimIssue.Operation, new() { IssueId = issue.IssueId }, _town.Fred);
        Assert.Equal((IssueStatus.Open, null, null), (freed.Status, freed.Assignee, freed.ClaimedAt));
        await _town.Claim(issue, _town.Dave);
        await _town.World.Do(UnclaimIssue.Operation, new() { IssueId = issue.IssueId }, _town.Ann);
        await _town.World.Do(UnclaimIssue.Operation, new() { IssueId = issue.IssueId }, _town.Fred);
        Assert.Equal(2, (await _town.Facts()).Count(fact => fact.Kind == "issue.unclaimed"));
    }

    [Fact]
    public async Task A_closed_issue_is_neither_claimed_nor_given_back()
    {
        var issue = await _town.Create();
        await _town.Close(issue, _town.Fred);
        Assert.Equal("already_closed", (await _town.World.Refused(ClaimIssue.Operation, new() { IssueId = issue.IssueId }, _town.Dave)).Code);
        Assert.Equal("already_closed", (await _town.World.Refused(UnclaimIssue.Operation, new() { IssueId = issue.IssueId }, _town.Dave)).Code);
    }
}
