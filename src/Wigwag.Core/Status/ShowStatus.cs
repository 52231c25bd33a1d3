using System.ComponentModel;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Status;

public sealed record ShowStatusRequest
{
    [Description("The project whose work is shown; the one you stand in when left out.")]
    public string? Project { get; init; }

    [Description("Only what concerns yourself, without who works on what.")]
    public bool Mine { get; init; }
}

/// <summary>Who one is here, and what waits for one.</summary>
public sealed record StatusReport
{
    [Description("The project you stand in; absent when in none.")]
    public ProjectId? Project { get; init; }

    [Description("Its short name.")]
    [ServerText]
    public string? ProjectName { get; init; }

    [Description("The agent you are; absent when you are none.")]
    public AgentId? Agent { get; init; }

    [Description("The human behind you.")]
    [OthersText]
    public string? Operator { get; init; }

    [Description("What you said you are doing.")]
    public AgentStatus? Status { get; init; }

    [Description("Whether others see you online.")]
    public Presence? Presence { get; init; }

    [Description("Since when.")]
    public DateTimeOffset? Since { get; init; }

    [Description("How many messages to you, or to your project and taken by nobody, you have not read.")]
    public required long Unread { get; init; }

    [Description("How many messages wait for your acknowledgement.")]
    public required long Unacknowledged { get; init; }

    [Description("The issues of your project that you hold, the most urgent first, at most 20.")]
    public required IReadOnlyList<IssueSummary> Claims { get; init; }

    [Description("Who works on what in the project, and who waits for whom.")]
    public ProjectWork? Work { get; init; }
}

public static class ShowStatus
{
    private const int MaxClaims = 20;

    public static readonly Operation<ShowStatusRequest, StatusReport> Operation = new()
    {
        Name = "show_status",
        Title = "Show who works on what, and what waits for you",
        Description =
            "Says which agent of which project you are, how many messages wait to be read and acknowledged, and which issues you hold; then, for the " +
            "project, each agent with its claims, reservations and mail, who is blocked on whom, and circles in which everybody waits for another. A " +
            "good first call of a session.",
        Effect = Effect.Query,
        Http = "GET /v1/status",
        Cli = "status",
        AlsoCli = ["agent status"],
        Example = "wigwag status",
        Role = Role.Reader,
        Json = StatusJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<StatusReport>> Handle(Session session, ShowStatusRequest request, CancellationToken cancel)
    {
        var caller = session.Caller;
        var agent = caller.Agent is { } id ? await AgentRegistry.Any(session, id) : null;
        Project? project = null;
        Project? shown = null;
        if ((agent?.Project ?? caller.Project) is { } standing && !(await ProjectRegistry.Get(session, standing)).Try(out project, out var error))
        {
            return error;
        }
        if (request.Project is not null && !(await ProjectRegistry.Find(session, request.Project)).Try(out shown, out var unknown))
        {
            return unknown;
        }
        shown ??= project is not null && caller.Reaches(project.ProjectId) ? project : null;
        var mail = await MessageBook.Counts(session);
        return new StatusReport
        {
            Project = project?.ProjectId,
            ProjectName = project?.Name,
            Agent = agent?.AgentId ?? caller.Agent,
            Operator = agent?.Operator ?? caller.Operator,
            Status = agent?.Status,
            Presence = agent?.Presence,
            Since = agent?.Since,
            Unread = mail.Unread,
            Unacknowledged = mail.ToAcknowledge,
            Claims = agent is null ? [] : await Issues.Claims.Of(session, agent.AgentId, agent.Project, MaxClaims),
            Work = request.Mine || shown is null ? null : await ProjectWork.Of(session, shown),
        };
    }
}
