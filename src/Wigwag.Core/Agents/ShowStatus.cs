using System.ComponentModel;
using Wigwag.Core.Issues;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Agents;

public sealed record ShowStatusRequest;

/// <summary>Who one is here, and what waits for one.</summary>
public sealed record StatusReport
{
    [Description("The project you stand in; absent when in none.")]
    public ProjectId? Project { get; init; }

    [Description("Its short name.")]
    public string? ProjectName { get; init; }

    [Description("The agent you are; absent when you are none.")]
    public AgentId? Agent { get; init; }

    [Description("The human behind you.")]
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
}

public static class ShowStatus
{
    private const int MaxClaims = 20;

    public static readonly Operation<ShowStatusRequest, StatusReport> Operation = new()
    {
        Name = "show_status",
        Title = "Show who you are and what waits for you",
        Description = "Says which agent of which project you are, whether others see you online, how many messages wait to be read and to be acknowledged, and which issues you hold. A good first call of a session.",
        Effect = Effect.Query,
        Http = "GET /v1/status",
        Cli = "status",
        Example = "wigwag status",
        Role = Role.Reader,
        Request = AgentsJson.Default.ShowStatusRequest,
        Answer = AgentsJson.Default.StatusReport,
        Handler = Handle,
    };

    private static async ValueTask<Result<StatusReport>> Handle(Session session, ShowStatusRequest request, CancellationToken cancel)
    {
        var caller = session.Caller;
        var agent = caller.Agent is { } id ? await AgentRegistry.Any(session, id) : null;
        Project? project = null;
        if ((agent?.Project ?? caller.Project) is { } standing && !(await ProjectRegistry.Get(session, standing)).Try(out project, out var error))
        {
            return error;
        }
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
        };
    }
}
