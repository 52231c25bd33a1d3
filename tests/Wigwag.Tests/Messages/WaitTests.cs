using Wigwag.Core.Messages;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Messages;

public sealed class WaitTests
{
    private static Task<Arrivals> Wait(Post post, WaitForMessagesRequest? request = null) =>
        post.World.Do(WaitForMessages.Operation, request ?? new() { Timeout = 60 }, post.Beads);

    [Fact]
    public async Task It_returns_as_soon_as_something_arrives()
    {
        await using var post = await Post.Open();
        var waiting = Wait(post);

        await post.Send(post.Dave, "main/vc", "To myself", request => request with { To = "dave/vc" });
        Assert.False(waiting.IsCompleted);
        await post.Send(post.Dave, "beads", "Parser crash");

        Assert.Equal(["Parser crash"], (await waiting).Messages.Select(message => message.Subject));
    }

    [Fact]
    public async Task What_was_unread_before_does_not_end_it_unless_asked()
    {
        await using var post = await Post.Open();
        await post.Send(post.Dave, "beads", "Old");

        var arrived = await Wait(post, new() { Timeout = 0 });
        Assert.Equal((0, 1L), (arrived.Messages.Count, arrived.Counts.Unread));
        Assert.Equal(["Old"], (await Wait(post, new() { Timeout = 60, Unread = true })).Messages.Select(message => message.Subject));
    }

    [Fact]
    public async Task Nothing_is_missed_between_a_page_and_a_wait_and_between_two_waits()
    {
        await using var post = await Post.Open();
        await post.Send(post.Dave, "beads", "Seen");
        var page = await post.Inbox(post.Beads);
        await post.Send(post.Dave, "beads", "First");
        await post.Send(post.Dave, "main/beads", "Second");

        var one = await Wait(post, new() { Timeout = 60, After = page.After, Limit = 1 });
        var two = await Wait(post, new() { Timeout = 60, After = one.After });
        var none = await Wait(post, new() { Timeout = 0, After = two.After });

        Assert.Equal(["First"], one.Messages.Select(message => message.Subject));
        Assert.Equal(["Second"], two.Messages.Select(message => message.Subject));
        Assert.Empty(none.Messages);
    }

    [Fact]
    public async Task A_time_or_cursor_that_is_none_is_refused()
    {
        await using var post = await Post.Open();

        Assert.Equal("bad_timeout", (await post.World.Refused(WaitForMessages.Operation, new() { Timeout = 301 }, post.Beads)).Code);
        Assert.Equal("bad_cursor", (await post.World.Refused(WaitForMessages.Operation, new() { After = "x" }, post.Beads)).Code);
        Assert.Equal("bad_cursor", (await post.World.Refused(CheckInbox.Operation, new() { Cursor = (await post.Inbox(post.Beads)).After }, post.Beads)).Code);
        Assert.Equal("bad_limit", (await post.World.Refused(CheckInbox.Operation, new() { Limit = 101 }, post.Beads)).Code);
    }
}
