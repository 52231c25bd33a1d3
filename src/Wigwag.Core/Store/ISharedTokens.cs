namespace Wigwag.Core.Store;

/// <summary>A store whose servers take from one token bucket for each name, so that a limit is one across them. PostgreSQL's.</summary>
public interface ISharedTokens
{
    /// <summary>Takes what the bucket has, up to <paramref name="most"/> tokens, each to one server only; the refill is reckoned by the database's clock.</summary>
    /// <param name="bucket">Whose; a new one is full.</param>
    /// <param name="most">At most so many, and no more than <paramref name="burst"/>.</param>
    /// <param name="perSecond">How fast it fills.</param>
    /// <param name="burst">How many it holds.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The database cannot tell now.</exception>
    ValueTask<TakenTokens> Take(string bucket, int most, int perSecond, int burst, CancellationToken cancel);
}

/// <summary>What was taken from a bucket.</summary>
/// <param name="Count">How many tokens.</param>
/// <param name="NextIn">When the bucket has one more.</param>
public readonly record struct TakenTokens(int Count, TimeSpan NextIn);
