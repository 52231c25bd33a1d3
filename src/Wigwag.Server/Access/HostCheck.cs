using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Wigwag.Core.Operations;
using Wigwag.Server.Http;
using Wigwag.Server.Observability;

namespace Wigwag.Server.Access;

/// <summary>
/// The first thing that a request meets: is it addressed to this server by a name of its own, and does no foreign web page send
/// it? It keeps a browser from being turned against the server by DNS rebinding or by a page of another origin, whatever
/// credential the request carries.
/// </summary>
internal sealed class HostCheck
{
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]"];

    private readonly string[] _names;
    private readonly HashSet<string> _hosts;
    private readonly HashSet<string> _origins;
    private readonly ServerMetrics _metrics;
    private readonly ILogger _log;

    public HostCheck(ServerParts parts, ILogger log)
    {
        var options = parts.Options;
        _names = options.Listen is { Address: var address } && !Wildcard(address)
            ? [.. Loopback.Append(new IPEndPoint(address, 1).ToString()[..^2]).Distinct()]
            : Loopback;
        _hosts = new(options.AllowedHosts, StringComparer.OrdinalIgnoreCase);
        _origins = new(options.AllowedOrigins.Select(origin => origin.TrimEnd('/')), StringComparer.OrdinalIgnoreCase);
        (_metrics, _log) = (parts.Metrics, log);
    }

    public Task Check(HttpContext context, RequestDelegate next)
    {
        if (Refusal(context) is not { } error)
        {
            return next(context);
        }
        _metrics.Refused(error.Code);
        _log.RefusedBeforeAuthentication(error.Code);
        return context.Refuse(error);
    }

    private Error? Refusal(HttpContext context)
    {
        var headers = context.Request.Headers;
        var port = context.Connection.LocalPort;
        if (headers.Host is not [{ Length: > 0 } host] || !(IsOurs(context, host, port) || _hosts.Contains(host)))
        {
            return WrongHost;
        }
        if (headers.Origin.Count > 0 && (headers.Origin is not [{ Length: > 0 } origin] || !(IsOurOrigin(context, origin, port) || _origins.Contains(origin))))
        {
            return WrongOrigin;
        }
        // Pages of another origin may send some requests with no Origin at all, an image's for one; browsers say so here.
        return headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site"
            && headers.Origin.Count == 0
            && !(headers["Sec-Fetch-Mode"] == "navigate" && HttpMethods.IsGet(context.Request.Method))
                ? WrongOrigin
                : null;
    }

    // Nothing resolves names on the way to a Unix socket, so there its clients' own names do, with no port.
    private bool IsOurs(HttpContext context, string host, int port) => context.OverUnixSocket()
        ? host is "localhost" or "wigwag"
        : _names.Any(name => Names(host, name, port));

    private bool IsOurOrigin(HttpContext context, string origin, int port) =>
        !context.OverUnixSocket()
        && origin.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        && _names.Any(name => Names(origin["http://".Length..], name, port));

    private static bool Names(string host, string name, int port) =>
        host.StartsWith(name, StringComparison.OrdinalIgnoreCase)
        && (host.Length == name.Length ? port == 80 : host.AsSpan(name.Length).SequenceEqual($":{port}"));

    private static bool Wildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static readonly Error WrongHost = Error.Forbidden(
        "host_not_allowed", "The Host header does not name this server.", "Call it by localhost and its port, or have its name added to the allowed hosts.");

    private static readonly Error WrongOrigin = Error.Forbidden(
        "origin_not_allowed", "Web pages of this origin may not call this server.", "Have the origin added to the allowed origins.");
}
