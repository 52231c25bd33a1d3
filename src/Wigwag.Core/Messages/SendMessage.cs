using System.ComponentModel;
using System.Text;
using Wigwag.Core.Attachments;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>What to send, and to whom.</summary>
public sealed record SendMessageRequest
{
    [Description("The recipient's project: its short name, id or git remote. Only needed when 'to' is left out: then the message is for the project.")]
    public string? Project { get; init; }

    [Description("Who gets it: an agent (main/beads), a project (beads: waits in every agent's inbox until one takes it), everyone in a project (all/beads), or a human (operator:ann@example.org).")]
    public string? To { get; init; }

    [Description("One line, at most 300 characters; becomes the title of the issue that a message to another project opens.")]
    public required string Subject { get; init; }

    [Description("Markdown, at most 256 KiB: what happened, what you tried, what you expect.")]
    public string? Body { get; init; }

    [Description("HANDOFF (work passes on; needs next_owner), BLOCKED (you cannot go on; needs action and urgency), DECISION, INFO or REQUEST. Default INFO.")]
    public MessageCategory? Category { get; init; }

    [Description("The issue it is about. Without one, a message to another project opens one there; a HANDOFF or BLOCKED within your project needs one.")]
    public IssueId? Issue { get; init; }

    [Description("A thread to go on with, instead of an issue.")]
    public ThreadId? Thread { get; init; }

    [Description("Files, at most 10 MiB each and 25 MiB together.")]
    [Option("attach")]
    [Files]
    public IReadOnlyList<AttachmentInput>? Attachments { get; init; }

    [Description("What you ask to be done; required for BLOCKED.")]
    public string? Action { get; init; }

    [Description("low, normal, high or critical; required for BLOCKED.")]
    public Urgency? Urgency { get; init; }

    [Description("Who goes on with the work, an agent or a project; required for HANDOFF.")]
    public string? NextOwner { get; init; }

    [Description("Seconds within which recipients must acknowledge; default 1800 for HANDOFF and BLOCKED, else no acknowledgement is asked.")]
    public int? AckWithin { get; init; }
}

/// <summary>Sends a message; opens the issue that a message to another project needs.</summary>
public static class SendMessage
{
    public static readonly Operation<SendMessageRequest, Message> Operation = new()
    {
        Name = "send_message",
        Title = "Send a message",
        Description =
            "Sends a message to an agent, to a project or to everyone in a project, also in another repository. Use it to hand over a bug " +
            "with its stack trace, to ask, to report a decision or that you are blocked. To another project without an issue it opens one " +
            "there. You are the sender; it is stored before this returns, and the recipient finds it even when offline now.",
        Effect = Effect.Command,
        Http = "POST /v1/projects/{project}/messages",
        Cli = "send <to> <subject>",
        AlsoCli = ["agent send <to> <subject>"],
        Example = "wigwag send beads \"Parser crashes on an empty file\" --body \"Stack trace attached.\" --category REQUEST",
        Status = 201,
        IsDeferrable = true,
        Json = MessagesJson.Default,
        Preparation = Keep,
        Handler = (session, request, _) => Send(session, request),
    };

    private static async ValueTask<Result<SendMessageRequest>> Keep(SendMessageRequest request, Uploads uploads, CancellationToken cancel) =>
        (await AttachmentIntake.Keep(request.Attachments ?? [], uploads, cancel)).Try(out var kept, out var error) ? request with { Attachments = kept } : error;

    private static async ValueTask<Result<Message>> Send(Session session, SendMessageRequest request)
    {
        if (!(await Speaker.Of(session)).Try(out var speaker, out var error) ||
            !(await RecipientBook.Find(session, request.To, request.Project)).Try(out var recipient, out error) ||
            !(await NextOwner.Find(session, request.NextOwner)).Try(out var nextOwner, out error) ||
            !(await Threads.Resolve(session, request.Thread, request.Issue)).Try(out var thread, out error))
        {
            return error;
        }
        if (!(await Home(session, request, recipient, thread, speaker)).Try(out var home, out error))
        {
            return error;
        }
        var draft = new NewMessage
        {
            To = [recipient],
            Home = home.Project,
            Issue = thread.Issue,
            Thread = thread.Id,
            Category = request.Category ?? MessageCategory.Info,
            Subject = request.Subject,
            Body = request.Body ?? "",
            Attachments = request.Attachments ?? [],
            Action = request.Action,
            Urgency = request.Urgency,
            NextOwner = nextOwner.Written,
            AckWithin = request.AckWithin is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
        if (thread.Id is null && recipient.Kind != RecipientKind.Operator && recipient.Home != speaker.Sender.Project?.Value)
        {
            if (!(await OpenIssue(session, draft, recipient, speaker)).Try(out var issue, out error))
            {
                return error;
            }
            draft = draft with { Home = issue.Project, Issue = issue.IssueId };
        }
        return await MessageBook.Post(session, draft);
    }

    // The thread's own; else the recipient's project, and for a human the one that the sender stands in.
    private static async ValueTask<Result<ThreadPlace>> Home(
        Session session, SendMessageRequest request, Recipient recipient, ThreadPlace thread, Speaker speaker)
    {
        if (thread.Id is not null)
        {
            return thread;
        }
        if (recipient.Kind != RecipientKind.Operator)
        {
            return thread with { Project = ProjectId.Parse(recipient.Home) };
        }
        if (request.Project is null && speaker.Sender.Project is { } own)
        {
            return thread with { Project = own };
        }
        return (await ProjectRegistry.Find(session, request.Project)).Try(out var project, out var error)
            ? thread with { Project = project.ProjectId }
            : error;
    }

    private static async ValueTask<Result<Issue>> OpenIssue(Session session, NewMessage draft, Recipient recipient, Speaker speaker)
    {
        if (!MessageLimits.Subject(draft.Subject).Try(out var title, out var error) ||
            !MessageLimits.Body(draft.Body).Try(out var body, out error) ||
            !(await ProjectRegistry.Get(session, ProjectId.Parse(recipient.Home))).Try(out var project, out error))
        {
            return error;
        }
        var context = $"Reported by {speaker.Sender}{(speaker.Sender.Project is { } from ? $" from {from}" : "")}.";
        if (draft.Attachments.Count > 0)
        {
            context += $" Attached to the first message: {string.Join(", ", draft.Attachments.Select(file => file.Name))}.";
        }
        // An issue's body has its own limit, and the context must fit as well; the message keeps the whole.
        var whole = body.Length == 0 ? context : $"{body}\n\n{context}";
        return await IssueBook.Open(session, project, new()
        {
            Title = title,
            Body = Encoding.UTF8.GetByteCount(whole) <= IssueLimits.BodyBytes ? whole : $"The report is long: see the first message.\n\n{context}",
        });
    }
}
