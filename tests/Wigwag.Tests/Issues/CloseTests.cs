using Wigwag.Core.Issues;
using Wigwag.Core.Messages;

namespace Wigwag.Tests.Issues;

public sealed class CloseTests : IAsyncLifetime
{
    private Town _town = null!;

    public async ValueTask InitializeAsync() => _town = await Town.Open();

    public ValueTask DisposeAsync() => _town.DisposeAsync();

    [Fact]
    public async Task The_reporter_in_another_project_is_told_that_and_why_an_issue_was_closed()
    {
        var issue = await _town.World.Do(CreateIssue.Operation, new() { Title = "Crash", Project = "beads" }, _town.Dave);
        await _town.Claim(issue, _town.Main);
        _town.World.Clock.Pass(TimeSpan.FromMinutes(1));
        var closed = await _town.Close(issue, _town.Main, "Fixed in 4f2a91c.");
        Assert.Equal(
            (IssueStatus.Closed, "main/beads", "main/beads", "Fixed in 4f2a91c.", issue.CreatedAt.AddMinutes(1)),
            (closed.Status, closed.Assignee?.Value, closed.ClosedBy?.Value, closed.CloseReason, closed.ClosedAt));
        var told = Assert.Single((await _town.World.Do(CheckInbox.Operation, new(), _town.Dave)).Messages);
        Assert.Equal(("Closed: Crash", issue.IssueId, "main/beads"), (told.Subject, told.IssueId, told.From.Agent?.Value));
        Assert.Contains("dave/vc", (await _town.Facts()).Single(fact => fact.Kind == "issue.closed").Audience);
    }

    [Fact]
    public async Task Everyone_who_took_part_is_told_but_the_one_who_closed_it()
    {
        var issue = await _town.Create(by: _town.Dave);
        await _town.World.Do(CommentIssue.Operation, new() { IssueId = issue.IssueId, Body = "Seen here too." }, _town.Main);
        await _town.Close(issue, _town.Fred);
        var inboxes = new List<int>();
        foreach (var agent in new[] { _town.Dave, _town.Main, _town.Fred })
        {
            inboxes.Add((await _town.World.Do(CheckInbox.Operation, new(), agent)).Messages.Count(message => message.Subject == "Closed: Crash"));
        }
        Assert.Equal([1, 1, 0], inboxes);
    }

    [Fact]
    public async Task The_holder_learns_that_another_closed_their_issue()
    {
        var issue = await _town.Create(by: _town.Main);
        await _town.Claim(issue, _town.Fred);
        await _town.Close(issue, _town.Main, "Duplicate.");
        Assert.Equal("Closed: Crash", Assert.Single((await _town.World.Do(CheckInbox.Operation, new(), _town.Fred)).Messages).Subject);
    }

    [Fact]
    public async Task A_closed_issue_cannot_be_closed_again_and_an_open_one_not_reopened()
    {
        var issue = await _town.Create();
        Assert.Equal("already_open", (await _town.World.Refused(ReopenIssue.Operation, new() { IssueId = issue.IssueId }, _town.Dave)).Code);
        await _town.Close(issue, _town.Fred);
        var refused = await _town.World.Refused(CloseIssue.Operation, new() { IssueId = issue.IssueId }, _town.Dave);
        Assert.Equal(("already_closed", $"{issue.IssueId} was closed by fred/vc at 2026-03-01 09:00:00Z."), (refused.Code, refused.Message));
    }

    [Fact]
    public async Task A_reopened_issue_is_open_for_anyone_and_who_closed_it_is_told_why()
    {
        var issue = await _town.Create();
        await _town.Claim(issue, _town.Fred);
        await _town.Close(issue, _town.Fred, "Fixed.");
        var reopened = await _town.Reopen(issue, _town.Dave, "Still crashes.");
        Assert.Equal(
            (IssueStatus.Open, null, null, null, null),
            (reopened.Status, reopened.Assignee, reopened.ClosedAt, reopened.ClosedBy, reopened.CloseReason));
        Assert.Equal("Reopened: Crash", Assert.Single((await _town.World.Do(CheckInbox.Operation, new(), _town.Fred)).Messages).Subject);
    }

    [Fact]
    public async Task A_title_longer_than_a_subject_is_told_shortened()
    {
        var issue = await _town.Create(new string('x', 500));
        await _town.Close(issue, _town.Fred);
        Assert.Equal(300, Assert.Single((await _town.World.Do(CheckInbox.Operation, new(), _town.Dave)).Messages).Subject.Length);
    }

    [Fact]
    public async Task A_comment_is_a_message_in_the_issues_thread()
    {
        var issue = await _town.Create();
        var comment = await _town.World.Do(CommentIssue.Operation, new() { IssueId = issue.IssueId, Body = "Which commit?" }, _town.Main);
        Assert.Equal(($"issue:{issue.IssueId}", "Crash", MessageCategory.Info), (comment.ThreadId.Value, comment.Subject, comment.Category));
        var told = Assert.Single((await _town.World.Do(CheckInbox.Operation, new(), _town.Dave)).Messages);
        Assert.Equal(comment.MessageId, told.MessageId);
    }

    [Fact]
    public async Task An_issue_is_shown_with_what_was_said_about_it_last()
    {
        var issue = await _town.Create();
        foreach (var body in new[] { "one", "two", "three" })
        {
            await _town.World.Do(CommentIssue.Operation, new() { IssueId = issue.IssueId, Body = body }, _town.Fred);
        }
        async Task<IEnumerable<string>?> Comments(int? count) =>
            (await _town.World.Do(ShowIssue.Operation, new() { IssueId = issue.IssueId, Comments = count }, _town.Dave)).Comments?.Select(comment => comment.Body);
        Assert.Equal(["one", "two", "three"], await Comments(null));
        Assert.Equal(["two", "three"], await Comments(2));
        Assert.Equal([], await Comments(0));
        Assert.Equal("bad_comments", (await _town.World.Refused(ShowIssue.Operation, new() { IssueId = issue.IssueId, Comments = 51 }, _town.Dave)).Code);
    }
}
