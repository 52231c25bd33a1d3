namespace Wigwag.Faults.Simulation;

/// <summary>What is reserved in the simulation, and which paths of a small tree each covers, said without the code that is looked at.</summary>
internal static class Paths
{
    private static readonly string[] Tree = ["a", "b", "x.cs", "a/a", "a/b", "a/x.cs", "b/a", "b/b", "b/x.cs"];

    private static readonly Dictionary<string, Func<string, bool>> Covers = new()
    {
        ["a"] = path => path == "a" || path.StartsWith("a/", StringComparison.Ordinal),
        ["a/b"] = path => path == "a/b",
        ["a/**"] = path => path.StartsWith("a/", StringComparison.Ordinal),
        ["b/*"] = path => path.StartsWith("b/", StringComparison.Ordinal),
        ["*/b"] = path => path.EndsWith("/b", StringComparison.Ordinal),
        ["**/x.cs"] = path => path.EndsWith("x.cs", StringComparison.Ordinal),
        ["{a,b}/x.cs"] = path => path is "a/x.cs" or "b/x.cs",
        ["db:users"] = path => path == "db:users",
        ["api:mutations"] = path => path == "api:mutations",
    };

    public static IReadOnlyList<string> Scopes { get; } = [.. Covers.Keys];

    /// <summary>True when two scopes have something in common.</summary>
    public static bool Overlap(string one, string other) => Tree.Append(one).Any(path => Covers[one](path) && Covers[other](path));
}
