using System.ComponentModel;
using System.Text.Json.Serialization;
using Wigwag.Core.Leases;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Issues;

public sealed record ClaimNextIssueRequest
{
    [Description("The project: a name from your external projects, an id like github.com/owner/repo, a git remote or a short name. Your own when left out.")]
    public string? Project { get; init; }

    [Description("Only issues with this label.")]
    public string? Label { get; init; }

    [Option("wait")]
    [Description("Seconds to wait until there is one, at most 3600. Left out, you are told at once that there is none.")]
    public long? WaitSeconds { get; init; }

    /// <summary>Until when it waits: the same request runs several times.</summary>
    [JsonIgnore]
    internal Ticket Ticket { get; } = new();
}

public static class ClaimNextIssue
{
    public const string Nothing = "nothing_ready";

    public static readonly Operation<ClaimNextIssueRequest, Issue> Operation = new()
    {
        Name = "claim_next_issue",
        Title = "Claim the next issue",
        Description =
            "Claims the issue of a project to work on next, in one step: the most urgent of those that nobody holds and that wait for no open issue, then the oldest. " +
            "Of many who ask at once each gets another. One whose holder said goodbye or was silent for long counts as held by nobody. " +
            "Refused with nothing_ready when there is none, after waiting for one if you ask. What comes back is as from claim_issue; each call claims another.",
        Effect = Effect.Command,
        Toolset = "issues",
        Http = "POST /v1/projects/{project}/ready/claim",
        Cli = "issue claim-next",
        Example = "wigwag issue claim-next",
        Json = IssuesJson.Default,
        Handler = Handle,
        WaitsFor = request => LeaseLimits.Waits(request.WaitSeconds),
        Waking = Wake,
    };

    private static async ValueTask<Result<Issue>> Handle(Session session, ClaimNextIssueRequest request, CancellationToken cancel)
    {
        if (session.Caller.Agent is not { } agent)
        {
            return LeaseLimits.AgentRequired;
        }
        if (!LeaseLimits.Wait(request.WaitSeconds).Try(out var wait, out var error) ||
            !(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error))
        {
            return error;
        }
        // Each claim advances the project's token, so that two of them can only come one after the other: held, none is run again.
        await session.LockProject(project.ProjectId);
        if (await Ready.Next(session, project.ProjectId, request.Label) is { } issue)
        {
            return await IssueBook.Take(session, issue, agent);
        }
        var refusal = Error.NotFound(
            Nothing,
            $"No issue of {project.Name}{(request.Label is { } label ? $" with the label {Quotation.Name(label)}" : "")} is free to work on: each that is not closed is held, or waits for one that is open.",
            "Wait for one with wait_seconds (--wait 10m), or look at list_issues for who holds what.");
        return session.Now < request.Ticket.Until(session.Now, wait) ? refusal with { Then = Then.Wait } : refusal;
    }

    private static async ValueTask<Result<Wake>> Wake(Session session, ClaimNextIssueRequest request)
    {
        if (!LeaseLimits.Wait(request.WaitSeconds).Try(out var wait, out var error) ||
            !(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error))
        {
            return error;
        }
        var deadline = request.Ticket.Until(session.Now, wait);
        return new Wake(await Ready.Any(session, project.ProjectId, request.Label) ? session.Now : deadline);
    }
}
