using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wigwag.Core.Operations;
using Wigwag.Server.Access;
using Wigwag.Server.Attachments;
using Wigwag.Server.Backups;
using Wigwag.Server.Beads;
using Wigwag.Server.Events;
using Wigwag.Server.Hooks;
using Wigwag.Server.Http;
using Wigwag.Server.Limits;
using Wigwag.Server.Mcp;
using Wigwag.Server.Observability;
using Wigwag.Server.OpenApi;

namespace Wigwag.Server;

/// <summary>A running server: HTTP on TCP and on a Unix socket, until it is stopped.</summary>
public sealed class WigwagServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServerParts _parts;

    private WigwagServer(WebApplication app, ServerParts parts, Uri? address) => (_app, _parts, Address) = (app, parts, address);

    /// <summary>Where it listens for TCP, with the port that it was given; null when it listens on the Unix socket alone.</summary>
    public Uri? Address { get; }

    /// <summary>Path of its Unix socket, or null.</summary>
    public string? Socket => _parts.Options.Socket;

    /// <summary>Whether anybody uses it.</summary>
    public Activity Activity => _parts.Activity;

    /// <summary>Completes when the server was told to stop.</summary>
    public Task Stopped => _app.WaitForShutdownAsync();

    /// <summary>Starts a server, which answers when this returns; or says why it cannot.</summary>
    public static async Task<Result<WigwagServer>> Start(ServerOptions options, CancellationToken cancel = default)
    {
        if (Refusal(options) is { } refusal)
        {
            return refusal;
        }
        var app = Build(options);
        var logs = app.Services.GetRequiredService<ILoggerFactory>();
        var parts = new ServerParts(options, app.Services.GetRequiredService<IMeterFactory>(), logs, app.Lifetime.ApplicationStopping);
        var log = logs.CreateLogger("Wigwag.Server");
        await parts.Hub.Ready.WaitAsync(cancel);
        Route(app, parts, log);
        if (options.TokenFile is { } tokenFile)
        {
            await LocalToken.Ensure(tokenFile, options.Store, cancel);
        }
        try
        {
            await app.StartAsync(cancel);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync();
            await parts.DisposeAsync();
            return Error.Conflict("cannot_listen", $"Cannot listen: {e.Message}", "Stop what listens there, or choose another address.");
        }
        if (options.Socket is { } socket && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        var server = new WigwagServer(app, parts, Bound(app));
        server.Announce(log);
        return server;
    }

    /// <summary>Takes no more requests, ends what waits and streams, and lets the rest finish within the grace of the limits.</summary>
    public async Task Stop() => await _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await Stop();
        await _app.DisposeAsync();
        await _parts.DisposeAsync();
    }

    private static Error? Refusal(ServerOptions options)
    {
        if (options.Listen is null && options.Socket is null)
        {
            return Error.Invalid("nowhere_to_listen", "The server has neither an address nor a socket to listen on.", "Give it one.");
        }
        if (options.Authentication == AuthenticationMode.None && options.Listen is { } listen && !IPAddress.IsLoopback(listen.Address))
        {
            return Error.Invalid(
                "open_to_the_network",
                $"Without authentication the server listens on loopback only, not on {listen}.",
                "Listen on 127.0.0.1, or leave authentication on.");
        }
        if (options.Socket is not { } socket)
        {
            return null;
        }
        // sockaddr_un holds 108 bytes with the closing zero.
        return System.Text.Encoding.UTF8.GetByteCount(socket) > 107
            ? Error.Invalid("socket_path_too_long", $"A Unix socket's path has at most 107 bytes: {socket}", "Choose a shorter WIGWAG_HOME.")
            : UnixSocket.Prepare(socket);
    }

    // An empty builder: the usual ones read settings from appsettings.json in the current directory and from the environment, so
    // that a repository could tell the server that was started in it what to do.
    private static WebApplication Build(ServerOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "wigwag",
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddMetrics();
        options.Logging?.Invoke(builder.Logging);
        // Below warnings, the framework logs request paths and pieces of malformed requests.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Limits.StopGrace);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options));
        return builder.Build();
    }

    private static void Configure(KestrelServerOptions kestrel, ServerOptions options)
    {
        kestrel.AddServerHeader = false;
        // Each address has a limit of its own, and answers before it ends the connection; see RequestBody.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.Limits.HeaderBytes;
        kestrel.Limits.MaxRequestLineSize = Math.Min(RequestLimits.LineBytes, options.Limits.HeaderBytes);
        // Our own limit makes room first; this one is never reached by what it lets in, the Unix socket's connections and those about to end.
        kestrel.Limits.MaxConcurrentConnections = (2L * options.Limits.Connections) + 1024;
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0;
        kestrel.Limits.RequestHeadersTimeout = options.Limits.HeaderTimeout;
        kestrel.Limits.KeepAliveTimeout = options.Limits.KeepAlive;
        kestrel.Limits.MinRequestBodyDataRate = new(options.Limits.BodyBytesPerSecond, TimeSpan.FromSeconds(5));
        if (options.Listen is { } listen)
        {
            var connections = new ConnectionLimits(options.Limits);
            kestrel.Listen(listen, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1;
                endpoint.Use(connections.Admit);
            });
        }
        if (options.Socket is { } socket)
        {
            var log = kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Wigwag.Server");
            kestrel.ListenUnixSocket(socket, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1;
                endpoint.Use(next => PeerCredentials.Require(next, log));
            });
        }
    }

    // The order is the defence: nothing is looked at before Host and Origin, nothing is done before the credential.
    private static void Route(WebApplication app, ServerParts parts, ILogger log)
    {
        var hosts = new HostCheck(parts, log);
        var authentication = new Authentication(parts, log);
        app.Use(next => context => OpenConnection.Track(context, next));
        app.Use(next => context => parts.Activity.Track(context, next));
        if (parts.Options.Build is { } build)
        {
            app.Use(next => context =>
            {
                context.Response.Headers["Wigwag-Build"] = build;
                return next(context);
            });
        }
        app.Use(next => context => SecurityHeaders.Add(context, next));
        app.Use(next => context => hosts.Check(context, next));
        app.Use(next => context => Refusals.Give(context, next, log));
        app.UseRouting();
        app.Use(next => context => authentication.Require(context, next));
        app.Use(next => context => parts.Limits.Apply(context, next));
        app.MapOperations(parts);
        app.MapMcp(parts, app.Services.GetRequiredService<ILoggerFactory>());
        app.MapAttachments(parts);
        app.MapHooks(parts);
        new BeadsRoutes(parts).Map(app);
        new EventStream(parts).Map(app);
        app.MapBackup(parts);
        app.MapOpenApi();
        app.MapMetrics(parts.Prometheus);
        new Health(parts).Map(app);
    }

    private static Uri? Bound(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses
            .Where(address => !address.Contains("unix:", StringComparison.Ordinal))
            .Select(address => new Uri(address))
            .FirstOrDefault();

    private void Announce(ILogger log)
    {
        foreach (var address in new[] { Address?.ToString(), Socket }.OfType<string>())
        {
            log.Listening(address);
        }
        if (_parts.Options.Authentication == AuthenticationMode.None)
        {
            log.AuthenticationIsOff(Address?.ToString() ?? Socket!);
        }
        if (_parts.Options.Listen is { } listen && !IPAddress.IsLoopback(listen.Address))
        {
            log.ListeningInClearText(listen.ToString());
        }
    }
}
