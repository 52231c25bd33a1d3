using Wigwag.Core.Text;

namespace Wigwag.Program.Cli;

/// <summary>What a mistyped name may have meant.</summary>
internal static class NearNames
{
    /// <summary><c>Did you mean inbox or issue?</c>, or <paramref name="otherwise"/> when nothing is near.</summary>
    public static string Suggest(string name, IEnumerable<string> known, string otherwise)
    {
        var near = known
            .Select(candidate => (candidate, distance: Edits.Between(name, candidate)))
            .Where(pair => pair.distance <= Math.Max(1, name.Length / 3) || (name.Length > 2 && pair.candidate.StartsWith(name, StringComparison.Ordinal)))
            .OrderBy(pair => pair.distance)
            .Select(pair => pair.candidate)
            .Distinct()
            .Take(3)
            .ToList();
        return near.Count == 0 ? otherwise : $"Did you mean {string.Join(" or ", near)}?";
    }
}
