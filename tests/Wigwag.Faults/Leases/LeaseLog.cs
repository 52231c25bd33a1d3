using System.Text.Json;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Faults.Leases;

/// <summary>What the log tells of leases, in its order.</summary>
/// <param name="Key">The reason that was given, which is the key of the command.</param>
internal sealed record LeaseEntry(string Kind, string LeaseId, string Holder, string Scope, bool IsShared, long Token, string Key);

internal static class LeaseLog
{
    public static async Task<List<LeaseEntry>> Read(IStore store, CancellationToken cancel) => (await store.Read<List<LeaseEntry>>(
        Caller.System,
        async (session, _) => await session.Query(
            "SELECT kind, subject, fact FROM events WHERE kind IN ('lease.acquired', 'lease.released', 'lease.expired', 'lease.forced') ORDER BY seq",
            row => Of(row.Text("kind"), row.Text("subject"), JsonDocument.Parse(row.Text("fact")).RootElement)),
        cancel)).Value;

    /// <summary>Where two hold what overlaps, or a token is not newer, by the order of the log alone.</summary>
    public static IEnumerable<string> Violations(IEnumerable<LeaseEntry> log)
    {
        var held = new Dictionary<string, LeaseEntry>();
        var newest = 0L;
        var grants = new HashSet<string>();
        foreach (var entry in log)
        {
            if (entry.Kind != "lease.acquired")
            {
                held.Remove(entry.LeaseId);
                continue;
            }
            foreach (var other in held.Values.Where(other => other.Holder != entry.Holder && !(other.IsShared && entry.IsShared) && Oracle.Overlap(other.Scope, entry.Scope)))
            {
                yield return $"two hold what overlaps: {other} and {entry}";
            }
            if (entry.Token < newest)
            {
                yield return $"{entry} has a token that is older than {newest}";
            }
            if (!grants.Add($"{entry.Key} {entry.Scope}"))
            {
                yield return $"twice: {entry}";
            }
            newest = entry.Token;
            held.Add(entry.LeaseId, entry);
        }
    }

    private static LeaseEntry Of(string kind, string id, JsonElement fact) => new(
        kind,
        id,
        fact.GetProperty("holder").GetString()!,
        fact.GetProperty("scope").GetString()!,
        fact.TryGetProperty("mode", out var mode) && mode.GetString() == "shared",
        fact.GetProperty("token").GetInt64(),
        fact.TryGetProperty("reason", out var reason) ? reason.GetString() ?? "" : "");
}
