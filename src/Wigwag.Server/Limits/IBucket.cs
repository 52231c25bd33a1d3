namespace Wigwag.Server.Limits;

/// <summary>What one credential may still ask: this server alone counts, or all servers on one database do.</summary>
internal interface IBucket : IDisposable
{
    /// <summary>Takes a token: null, or when there may be one.</summary>
    ValueTask<TimeSpan?> Take();

    /// <summary>Takes more for a request that turned out to be several: those that come next pay what there is not now.</summary>
    void Charge(int tokens);
}
