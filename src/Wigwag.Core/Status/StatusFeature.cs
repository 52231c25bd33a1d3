using Wigwag.Core.Operations;

namespace Wigwag.Core.Status;

/// <summary>One view over the others: who works on what, and who waits for whom.</summary>
public static class StatusFeature
{
    public static Feature Feature { get; } = new("status", [ShowStatus.Operation], []);
}
