using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Messages;

/// <summary>Who may see a message: its thread, and whoever reaches its project. To all others it is not there.</summary>
public sealed class ReachTests
{
    private static Caller Only(Caller caller, string project) => caller with { Role = Role.Agent, Projects = new HashSet<ProjectId> { ProjectId.Parse(project) } };

    [Fact]
    public async Task A_message_out_of_reach_is_as_unknown_as_one_that_does_not_exist()
    {
        await using var post = await Post.Open();
        var secret = await post.Send(post.Fix, "main/beads", "Secret", request => request with { Attachments = [new() { Name = "key.txt", Text = "secret" }] });
        var stranger = Only(post.Dave, "github.com/steveyegge/vc");

        var reference = new MessageReference { MessageId = secret.MessageId };
        var missing = new MessageReference { MessageId = MessageId.Parse("m-0000000000") };
        foreach (var operation in new[] { ReadMessage.Operation, ShowMessage.Operation, AcknowledgeMessage.Operation, TakeMessage.Operation })
        {
            var error = await post.World.Refused(operation, reference, stranger);
            var other = await post.World.Refused(operation, missing, stranger);
            Assert.Equal((other.Code, other.Next, other.Message.Replace("m-0000000000", secret.MessageId.Value, StringComparison.Ordinal)), (error.Code, error.Next, error.Message));
        }
        Assert.Equal("unknown_message", (await post.World.Refused(ReplyToMessage.Operation, new() { MessageId = secret.MessageId, Body = "x" }, stranger)).Code);
        Assert.Equal("unknown_message", (await post.World.Refused(GetAttachment.Operation, new() { MessageId = secret.MessageId, Name = "key.txt" }, stranger)).Code);
        Assert.Equal("unknown_thread", (await post.World.Refused(GetThread.Operation, new() { ThreadId = secret.ThreadId.Value }, stranger)).Code);
        Assert.Equal("unknown_recipient", (await post.CannotSend(stranger, new() { To = "main/beads", Subject = "x" })).Code);
        Assert.Equal("unknown_project", (await post.World.Refused(CheckInbox.Operation, new() { Project = "beads" }, stranger)).Code);
        Assert.Empty((await post.World.Do(SearchMessages.Operation, new() { Query = "secret" }, stranger)).Matches);
    }

    [Fact]
    public async Task Whoever_takes_part_sees_the_thread_wherever_it_is_kept()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "beads", "Parser crash", request => request with { Attachments = [new() { Name = "trace.txt", Text = "at Main()" }] });
        var question = await post.Reply(post.Beads, sent, "Which version?");
        var dave = Only(post.Dave, "github.com/steveyegge/vc");

        Assert.Equal(["Re: Parser crash"], await post.Subjects(dave));
        Assert.Equal("Which version?", (await post.Read(dave, question)).Body);
        Assert.Equal(2, (await post.Thread(dave, sent)).Messages.Count);
        Assert.Equal("at Main()", (await post.World.Do(GetAttachment.Operation, new() { MessageId = sent.MessageId, Name = "trace.txt" }, dave)).Text);
        Assert.Equal(["main/beads", "github.com/steveyegge/beads"], (await post.Reply(dave, question, "1.2")).To.OrderByDescending(name => name, StringComparer.Ordinal));
        Assert.Equal(3, (await post.World.Do(SearchMessages.Operation, new() { Query = "parser" }, dave)).Matches.Count);
    }

    [Fact]
    public async Task A_reader_looks_and_leaves_everything_unread()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "beads");
        var reader = World.Local with { Role = Role.Reader, Project = ProjectId.Parse("github.com/steveyegge/beads") };

        var shown = await post.World.Do(ShowMessage.Operation, new() { MessageId = sent.MessageId }, reader);

        Assert.Equal(sent.MessageId, shown.MessageId);
        Assert.Equal(["Parser crash"], await post.Subjects(reader, unread: false));
        Assert.Equal("role_too_low", (await post.World.Refused(ReadMessage.Operation, new() { MessageId = sent.MessageId }, reader)).Code);
        Assert.Equal(["Parser crash"], await post.Subjects(post.Beads));
    }
}
