using Wigwag.Core.Operations;

namespace Wigwag.Security.Access;

/// <summary>Everything that the server answers at: the operations of the catalog, and what is not one.</summary>
internal static class Routes
{
    public static IReadOnlyList<(string Method, string Path)> All { get; } =
    [
        .. Catalog.Operations.Select(operation => (operation.Http.Split(' ')[0], Filled(operation.Http.Split(' ')[1]))),
        .. Others,
        // And where it answers that there is nothing.
        ("GET", "/"),
        ("GET", "/index.html"),
        ("GET", "/no/such/route"),
    ];

    /// <summary>What is routed besides operations, by method and pattern.</summary>
    public static IReadOnlyList<(string Method, string Path)> Others =>
    [
        ("GET", "/v1/events"),
        ("PUT", "/v1/attachments"),
        ("GET", "/v1/messages/m-0000000000/attachments/x"),
        ("POST", "/v1/hooks/claude/stop"),
        ("POST", "/v1/backup"),
        ("POST", "/mcp"),
        ("GET", "/mcp"),
        ("DELETE", "/mcp"),
        ("GET", "/openapi.json"),
        ("GET", "/metrics"),
        ("GET", "/healthz"),
        ("HEAD", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/api/health"),
        ("GET", "/api/reservations"),
        ("POST", "/api/reservations"),
        ("DELETE", "/api/reservations/dave/vc-1"),
        ("POST", "/api/notifications"),
        ("GET", "/api/notifications/dave"),
    ];

    private static string Filled(string pattern) => pattern.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
}
