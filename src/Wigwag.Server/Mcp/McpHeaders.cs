using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Wigwag.Server.Mcp;

/// <summary>
/// What a request of a stateless revision must say of itself, and the headers that mirror the body. Something on the way may have routed or limited by them, so a request whose
/// headers say something else than its body is refused before anything of it is done.
/// </summary>
internal static class McpHeaders
{
    public const string SessionId = "Mcp-Session-Id";
    public const string ProtocolVersion = "MCP-Protocol-Version";
    public const string Method = "Mcp-Method";
    public const string Name = "Mcp-Name";

    /// <summary>The revision that removed sessions.</summary>
    public const string Stateless = "2026-07-28";

    /// <summary>The revision whose clients may send several messages at once, and do not say the revision in a header.</summary>
    public const string Batching = "2025-03-26";

    /// <summary>The revisions that are spoken here, newest first.</summary>
    public static IReadOnlyList<string> Supported { get; } = [Stateless, "2025-11-25", "2025-06-18", Batching];

    // What the stateless revisions can ask of this server.
    private static readonly HashSet<string?> Methods =
    [
        RequestMethods.ServerDiscover, RequestMethods.SubscriptionsListen, RequestMethods.ToolsList, RequestMethods.ToolsCall, RequestMethods.PromptsList,
        RequestMethods.PromptsGet, RequestMethods.ResourcesList, RequestMethods.ResourcesTemplatesList, RequestMethods.ResourcesRead, RequestMethods.CompletionComplete,
    ];

    /// <summary>The revision that the body declares, which only the stateless ones do; else null.</summary>
    public static string? Declared(JsonElement body) =>
        Meta(body) is { } meta && meta.TryGetProperty(MetaKeys.ProtocolVersion, out var version) && version.ValueKind == JsonValueKind.String
            ? version.GetString()
            : null;

    /// <summary>True for the revisions without sessions. Revisions are dates, so they sort as text.</summary>
    public static bool IsStateless(string? version) => version is not null && string.CompareOrdinal(version, Stateless) >= 0;

    /// <summary>What is wrong with a request of a stateless revision, or null.</summary>
    public static JsonRpcErrorDetail? Refuse(HttpRequest http, JsonElement body)
    {
        string header = http.Headers[ProtocolVersion].ToString(), declared = Declared(body) ?? "";
        if (header.Length == 0)
        {
            return Mismatch($"the header {ProtocolVersion} is missing");
        }
        if (declared.Length > 0 && declared != header)
        {
            return Mismatch($"{ProtocolVersion} is '{header}', the body says '{declared}'");
        }
        if (!Supported.Contains(header))
        {
            return Unsupported(header, [Stateless]);
        }
        if (!body.TryGetProperty("id", out _))
        {
            return null;
        }
        if (declared.Length == 0 || Meta(body) is not { } meta || !meta.TryGetProperty(MetaKeys.ClientCapabilities, out var capabilities) || capabilities.ValueKind != JsonValueKind.Object)
        {
            return new() { Code = (int)McpErrorCode.InvalidParams, Message = $"params._meta needs {MetaKeys.ProtocolVersion} and {MetaKeys.ClientCapabilities}." };
        }
        var method = Text(body, "method");
        if (http.Headers[Method].ToString() is var named && named != method)
        {
            return Mismatch(named.Length == 0 ? $"the header {Method} is missing" : $"{Method} is '{named}', the body says '{method}'");
        }
        if (!Methods.Contains(method))
        {
            return new() { Code = (int)McpErrorCode.MethodNotFound, Message = $"There is no method '{method}' in this revision." };
        }
        if (method is not (RequestMethods.ToolsCall or RequestMethods.PromptsGet or RequestMethods.ResourcesRead))
        {
            return null;
        }
        var source = method == RequestMethods.ResourcesRead ? "uri" : "name";
        var target = body.TryGetProperty("params", out var parameters) ? Text(parameters, source) : null;
        var raw = http.Headers[Name].ToString();
        if (raw.Length == 0)
        {
            return Mismatch($"the header {Name} is missing");
        }
        return McpHeaderEncoder.DecodeValue(raw) == target ? null : Mismatch($"{Name} is '{raw}', the body says '{target}'");
    }

    /// <summary>The refusal of a revision that is not spoken here.</summary>
    public static JsonRpcErrorDetail Unsupported(string version, IEnumerable<string> supported) => new()
    {
        Code = (int)McpErrorCode.UnsupportedProtocolVersion,
        Message = $"The revision '{version}' is not supported.",
        Data = JsonSerializer.SerializeToElement(
            new UnsupportedProtocolVersionErrorData { Requested = version, Supported = [.. supported] },
            McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(UnsupportedProtocolVersionErrorData))),
    };

    private static JsonRpcErrorDetail Mismatch(string what) =>
        new() { Code = (int)McpErrorCode.HeaderMismatch, Message = $"Header mismatch: {what}." };

    private static JsonElement? Meta(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object
        && body.TryGetProperty("params", out var parameters) && parameters.ValueKind == JsonValueKind.Object
        && parameters.TryGetProperty("_meta", out var meta) && meta.ValueKind == JsonValueKind.Object
            ? meta
            : null;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
