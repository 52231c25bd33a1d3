using Wigwag.Core.Agents;

namespace Wigwag.Core.Status;

/// <summary>Finds who waits in circles.</summary>
internal static class Circles
{
    /// <summary>
    /// A shortest circle through each agent that is in one, each circle once, however many times two wait for each other. Who waits for
    /// somebody that waits in a circle is not in it. A search from each agent: linear in the waits, for each who waits.
    /// </summary>
    public static List<Circle> Of(IReadOnlyList<Wait> waits)
    {
        var from = waits.ToLookup(wait => wait.Agent.Value, StringComparer.Ordinal);
        var circles = new List<Circle>();
        var covered = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in from.Select(group => group.Key).Order(StringComparer.Ordinal))
        {
            if (!covered.Contains(start) && Shortest(from, start) is { } path)
            {
                covered.UnionWith(path.Select(wait => wait.Agent.Value));
                circles.Add(new() { Agents = [.. path.Select(wait => wait.Agent)], Waits = path });
            }
        }
        return circles;
    }

    // Breadth first from who is asked about, back to them.
    private static List<Wait>? Shortest(ILookup<string, Wait> from, string start)
    {
        var reachedBy = new Dictionary<string, Wait>(StringComparer.Ordinal);
        var next = new Queue<string>([start]);
        while (next.TryDequeue(out var agent))
        {
            foreach (var wait in from[agent])
            {
                if (!reachedBy.TryAdd(wait.On, wait))
                {
                    continue;
                }
                if (wait.On == start)
                {
                    return Back(reachedBy, start);
                }
                next.Enqueue(wait.On);
            }
        }
        return null;
    }

    private static List<Wait> Back(Dictionary<string, Wait> reachedBy, string start)
    {
        var path = new List<Wait>();
        var at = start;
        do
        {
            var wait = reachedBy[at];
            path.Insert(0, wait);
            at = wait.Agent.Value;
        }
        while (at != start);
        return path;
    }
}
