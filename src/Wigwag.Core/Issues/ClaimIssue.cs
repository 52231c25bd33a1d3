using System.ComponentModel;
using Wigwag.Core.Leases;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

public sealed record ClaimIssueRequest
{
    [Description("Which issue.")]
    public required IssueId IssueId { get; init; }
}

public static class ClaimIssue
{
    public static readonly Operation<ClaimIssueRequest, Issue> Operation = new()
    {
        Name = "claim_issue",
        Title = "Claim an issue",
        Description = "Makes you the one who works on an issue; of several who try, one gets it. Refused while another agent holds it and is around; an agent that said goodbye or was silent for long is taken over from. Every sign of life keeps it; one that gives none for ten minutes loses it. Give it back with unclaim_issue, or finish with close_issue and the claim_token you got.",
        Effect = Effect.IdempotentCommand,
        Http = "POST /v1/issues/{issue_id}/claim",
        Cli = "issue claim <issue_id>",
        AlsoCli = ["claim <issue_id>"],
        Example = "wigwag issue claim vc-a3f8",
        Json = IssuesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Issue>> Handle(Session session, ClaimIssueRequest request, CancellationToken cancel)
    {
        if (session.Caller.Agent is not { } agent)
        {
            return LeaseLimits.AgentRequired;
        }
        return (await IssueBook.Find(session, request.IssueId)).Try(out var issue, out var error)
            ? await IssueBook.Claim(session, issue, agent)
            : error;
    }
}
