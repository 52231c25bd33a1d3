using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

public sealed record CheckInboxRequest
{
    [Option("in")]
    [Description("The project whose inbox it is; left out, your own. In another project you see what was sent to that project.")]
    public string? Project { get; init; }

    [Option("project")]
    [Description("Only what was sent to the project, which any of its agents may take.")]
    public bool ProjectOnly { get; init; }

    [Description("Only what you have not read and nobody has taken.")]
    public bool Unread { get; init; }

    [Description("The next_cursor of the page before.")]
    public string? Cursor { get; init; }

    [Description("How many, 1 to 100; default 20.")]
    public int? Limit { get; init; }
}

/// <summary>A page of an inbox, newest first.</summary>
public sealed record InboxPage
{
    [Description("Whose inbox: an agent, or operator:<name>.")]
    [OthersText]
    public string? Owner { get; init; }

    [Description("The project whose shared messages are among these.")]
    public ProjectId? Project { get; init; }

    public required IReadOnlyList<Envelope> Messages { get; init; }

    public required UnreadCounts Counts { get; init; }

    [Description("Give it as cursor to get the next page; absent on the last one.")]
    [ServerText]
    public string? NextCursor { get; init; }

    [Description("Give it as after to wait_for_messages, to be told what comes after this page was made.")]
    [ServerText]
    public required string After { get; init; }
}

/// <summary>Lists what waits for an agent, a human or a project.</summary>
public static class CheckInbox
{
    public static readonly Operation<CheckInboxRequest, InboxPage> Operation = new()
    {
        Name = "check_inbox",
        Title = "Check the inbox",
        Description =
            "Lists your messages, newest first: those to you by name and those to your project, with sender, subject, category, the " +
            "beginning of the body, your state and who took them. Look here when you start and between steps. Reading a body is " +
            "read_message; what lists here stays unread.",
        Effect = Effect.Query,
        Http = "GET /v1/projects/{project}/inbox",
        Cli = "inbox",
        AlsoCli = ["agent inbox"],
        Example = "wigwag inbox --unread",
        Role = Role.Reader,
        Json = MessagesJson.Default,
        Handler = (session, request, _) => Check(session, request),
        Given = (session, page) => Deliveries.MarkDelivered(session, page.Messages, DeliveryRoute.Inbox),
        Gives = page => page.Messages.Any(Deliveries.IsNew),
    };

    private static async ValueTask<Result<InboxPage>> Check(Session session, CheckInboxRequest request)
    {
        await session.Horizon(); // first, for the place to go on from
        if (!(await Mailbox.Asked(session, request.Project, request.ProjectOnly)).Try(out var mailbox, out var error) ||
            !MessageLimits.Page(request.Limit).Try(out var limit, out error) ||
            !(await Cursor.Read(session, request.Cursor, 'i', Inbox.Newest)).Try(out var before, out error))
        {
            return error;
        }
        var (messages, more) = await Inbox.Page(session, mailbox, request.Unread, before[0], limit);
        return new InboxPage
        {
            Owner = mailbox.HasOwn ? mailbox.Owner : null,
            Project = mailbox.Shared,
            Messages = messages,
            Counts = await Inbox.Counts(session, mailbox),
            NextCursor = more ? Cursor.Of('i', messages[^1].Seq) : null,
            After = Cursor.Of('a', await Inbox.End(session, mailbox)),
        };
    }
}
