using Wigwag.Core.Operations;

namespace Wigwag.Server.Mcp;

/// <summary>
/// Which tools a connection is offered. A model pays for every description it is shown, so only <c>core</c> is offered unless the
/// address asks for more: <c>/mcp?toolsets=core,issues</c> or <c>/mcp?toolsets=all</c>.
/// </summary>
internal sealed class Toolsets
{
    private const string Default = "core";
    private const string Everything = "all";

    private readonly HashSet<string>? _names;

    private Toolsets(HashSet<string>? names) => _names = names;

    /// <summary>The toolsets that the catalog knows, <c>core</c> first.</summary>
    public static IReadOnlyList<string> Known { get; } =
        [Default, .. Catalog.Operations.Select(operation => operation.Toolset).Distinct().Where(name => name != Default).Order(StringComparer.Ordinal)];

    /// <summary>The toolsets that a comma-separated list names; nothing is <c>core</c>.</summary>
    public static Result<Toolsets> Parse(string? list)
    {
        var names = (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        if (names.Count == 0)
        {
            names.Add(Default);
        }
        if (names.Contains(Everything))
        {
            return new Toolsets(null);
        }
        return names.FirstOrDefault(name => !Known.Contains(name)) is { } unknown
            ? Error.Invalid(
                "unknown_toolset",
                $"There is no toolset '{(unknown.Length > 60 ? unknown[..60] + "…" : unknown)}'.",
                $"Choose from {string.Join(", ", Known)}, or {Everything}.")
            : new Toolsets(names);
    }

    public bool Offer(Operation operation) => _names is null || _names.Contains(operation.Toolset);
}
