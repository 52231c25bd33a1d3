namespace Wigwag.Core.Store;

/// <summary>
/// What the sessions of one store remember together, for each project: a view of committed rows that is cheaper to keep than to read
/// each time. Whoever keeps one there checks against the store, in each transaction, that it is still true.
/// </summary>
public sealed class StoreMemory
{
    // Projects that nobody asked about lately are forgotten.
    private const int MostKept = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<(Type, string), (object Kept, long Used)> _kept = [];
    private long _uses;

    /// <summary>What is remembered under a name, or is from now on.</summary>
    public T Of<T>(string name, Func<T> make)
        where T : class
    {
        lock (_lock)
        {
            var key = (typeof(T), name);
            var kept = _kept.TryGetValue(key, out var found) ? (T)found.Kept : make();
            if (found.Kept is null && _kept.Count >= MostKept)
            {
                _kept.Remove(_kept.MinBy(each => each.Value.Used).Key);
            }
            _kept[key] = (kept, ++_uses);
            return kept;
        }
    }

    /// <summary>Forgets everything: the store may not be what it was.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _kept.Clear();
        }
    }
}
