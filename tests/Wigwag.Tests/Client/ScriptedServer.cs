using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Wigwag.Tests.Client;

/// <summary>A real Kestrel that answers as a test says, for what no healthy server does: break off, fall silent, answer nonsense.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping = new();

    private ScriptedServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    /// <summary>The requests so far, in order: method and target, and their headers.</summary>
    public ConcurrentQueue<(string Line, Dictionary<string, string> Headers)> Requests { get; } = new();

    /// <param name="answer">Given the number of the request, from 1.</param>
    /// <param name="socket">The path of a Unix socket to listen on instead of a port.</param>
    public static async Task<ScriptedServer> Start(Func<int, HttpContext, Task> answer, string? socket = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(socket is null ? "http://127.0.0.1:0" : $"http://unix:{socket}");
        var app = builder.Build();
        var server = new ScriptedServer(app);
        app.Run(async context =>
        {
            var target = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}";
            int number;
            lock (server.Requests)
            {
                server.Requests.Enqueue((target, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
                number = server.Requests.Count;
            }
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, server._stopping.Token);
            context.RequestAborted = ends.Token;
            await answer(number, context);
        });
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }
}
