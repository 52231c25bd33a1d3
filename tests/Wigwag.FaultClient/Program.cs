// An agent in a process of its own, for tests that hold it still or kill it. What it does it says, a line each, before and after.
//   FaultClient hold AGENT          for each line "hold SOCKET SCOPE ISSUE": reserves and claims, says "held TOKEN CLAIM_TOKEN", waits for
//                                   a line and then does, as if it still held both, all that a token guards: "tried NAME CODE"…, "done"
//   FaultClient work SOCKET AGENT MILLISECONDS   claims the next issue, works on it for so long, closes it; until it is killed
using System.Globalization;
using Wigwag.Client;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases;
using Wigwag.Core.Operations;

if (args[0] == "hold")
{
    await Hold(AgentId.Parse(args[1]));
}
else
{
    await Work(args[1], AgentId.Parse(args[2]), int.Parse(args[3], CultureInfo.InvariantCulture));
}

static async Task Hold(AgentId agent)
{
    await Say("ready");
    while (await Console.In.ReadLineAsync() is { } line)
    {
        var asked = line.Split(' ');
        using var client = new WigwagClient(new() { Socket = asked[1], Agent = agent });
        var (scope, issue) = (asked[2], IssueId.Parse(asked[3]));
        var reserved = (await client.Call(Reserve.Operation, new() { Scopes = [scope], TtlSeconds = 1 })).Value;
        var claim = (await client.Call(ClaimIssue.Operation, new() { IssueId = issue })).Value.ClaimToken!.Value;
        await Say($"held {reserved.Token} {claim}");
        await Console.In.ReadLineAsync();
        // It does not know that time has passed.
        await Tried("check", client.Call(CheckLease.Operation, new() { Token = reserved.Token }));
        await Tried("renew", client.Call(Renew.Operation, new() { Scopes = [scope], Token = reserved.Token }));
        await Tried("release", client.Call(Release.Operation, new() { Scopes = [scope], Token = reserved.Token }));
        await Tried("close", client.Call(CloseIssue.Operation, new() { IssueId = issue, Token = claim, Reason = "stale" }));
        await Say("done");
    }
}

static async Task Tried<T>(string name, ValueTask<Result<T>> call) => await Say($"tried {name} {(await call).Error?.Code ?? "accepted"}");

static async Task Work(string socket, AgentId agent, int milliseconds)
{
    using var client = new WigwagClient(new() { Socket = socket, Agent = agent });
    var chance = new Random(agent.Value.GetHashCode(StringComparison.Ordinal));
    await Say("ready");
    for (var number = 0; ; number++)
    {
        // What nobody holds, or somebody held who is gone; while there is nothing, waiting is a sign of life.
        if (!(await client.Call(ClaimNextIssue.Operation, new() { WaitSeconds = 10 })).Try(out var claimed, out _))
        {
            await Task.Delay(20);
            continue;
        }
        var issue = claimed.IssueId;
        await Say($"claimed {issue} {claimed.ClaimToken}");
        await Task.Delay(chance.Next(milliseconds));
        await Say($"closing {issue} {claimed.ClaimToken}");
        var closed = await client.Call(
            CloseIssue.Operation, new() { IssueId = issue, Token = claimed.ClaimToken }, new() { IdempotencyKey = $"{agent}-{number}", Attempts = 3 });
        await Say($"{(closed.Error is null ? "closed" : "stale")} {issue} {claimed.ClaimToken} {closed.Error?.Code}");
    }
}

static async Task Say(string line)
{
    await Console.Out.WriteLineAsync(line);
    await Console.Out.FlushAsync();
}
