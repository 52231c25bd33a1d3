namespace Wigwag.Core.Store;

/// <summary>How long to wait before trying again: doubles from <paramref name="first"/> up to <paramref name="most"/>, less up to half at random.</summary>
public sealed class Backoff(TimeSpan first, TimeSpan most)
{
    /// <summary>Failures in a row.</summary>
    public int Attempt { get; private set; }

    /// <summary>Counts a failure; the time to wait after it.</summary>
    public TimeSpan Next()
    {
        var longest = Math.Min(most.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Min(Attempt++, 30)));
        return TimeSpan.FromMilliseconds(longest * (1 - (Random.Shared.NextDouble() / 2)));
    }

    /// <summary>It worked.</summary>
    public void Reset() => Attempt = 0;
}
