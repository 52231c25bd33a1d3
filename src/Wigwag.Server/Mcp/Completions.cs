using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Wigwag.Server.Mcp;

/// <summary>Proposals for what a person is typing into an argument of a prompt or of a resource's address.</summary>
internal static class Completions
{
    public static ValueTask<CompleteResult> Complete(RequestContext<CompleteRequestParams> request, CancellationToken cancel) =>
        ValueTask.FromResult(new CompleteResult { Completion = new Completion { Values = [], Total = 0, HasMore = false } });
}
