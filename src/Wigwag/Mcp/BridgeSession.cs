using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Wigwag.Program.Mcp;

/// <summary>
/// The session that the bridge holds for a client of the older revisions. When the server lost it, by a restart or because it
/// idled, the bridge opens another one with what the client had said, and the client does not notice.
/// </summary>
internal sealed class BridgeSession(Upstream upstream, ClientOutput output) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly HashSet<string> _subscriptions = new(StringComparer.Ordinal);
    private byte[]? _initialize;

    /// <summary>The session's name at the server, or null before there is one.</summary>
    public string? Id { get; private set; }

    /// <summary>The revision that client and server agreed on.</summary>
    public string? Version { get; private set; }

    public void Dispose() => _turn.Dispose();

    /// <summary>The headers that put a request into the session.</summary>
    public void Identify(HttpRequestHeaders headers)
    {
        if (Id is { } id)
        {
            headers.TryAddWithoutValidation("Mcp-Session-Id", id);
        }
        if (Version is { } version)
        {
            headers.TryAddWithoutValidation("MCP-Protocol-Version", version);
        }
    }

    /// <summary>Keeps what a new session would have to be told.</summary>
    public void Note(ClientMessage message)
    {
        lock (_subscriptions)
        {
            switch (message.Method)
            {
                case RequestMethods.Initialize:
                    (_initialize, Id, Version) = (message.Json, null, null);
                    _subscriptions.Clear();
                    break;
                case RequestMethods.ResourcesSubscribe when message.Parameter("uri") is { } uri:
                    _subscriptions.Add(uri);
                    break;
                case RequestMethods.ResourcesUnsubscribe when message.Parameter("uri") is { } uri:
                    _subscriptions.Remove(uri);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Takes the session from the answer to <c>initialize</c>.</summary>
    public void Opened(HttpResponseMessage response, string answer)
    {
        if (response.Headers.TryGetValues("Mcp-Session-Id", out var ids) && JsonNode.Parse(answer)?["result"]?["protocolVersion"]?.GetValue<string>() is { } version)
        {
            (Id, Version) = (ids.First(), version);
        }
    }

    /// <summary>Opens another session in place of one that the server does not know any more.</summary>
    /// <returns>False when the client has not opened one yet, or the server refuses.</returns>
    /// <exception cref="HttpRequestException">Nobody answered.</exception>
    public async Task<bool> Renew(string? lost, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            if (Id != lost)
            {
                return true;
            }
            if (_initialize is null || Id is null)
            {
                return false;
            }
            using (var opened = await upstream.Send(HttpMethod.Post, _initialize, _ => { }, cancel))
            {
                if (opened.StatusCode != HttpStatusCode.OK || await Events.Single(opened, cancel) is not { } answer)
                {
                    return false;
                }
                Opened(opened, answer);
            }
            await Tell("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", cancel);
            foreach (var uri in Subscribed())
            {
                await Tell(Subscribe(uri), cancel);
                await output.Updated(uri, null, cancel);
            }
            return Id != lost;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the session at the server.</summary>
    public async Task Close(CancellationToken cancel)
    {
        if (Id is not null)
        {
            using var response = await upstream.Send(HttpMethod.Delete, null, Identify, cancel);
        }
    }

    private string[] Subscribed()
    {
        lock (_subscriptions)
        {
            return [.. _subscriptions];
        }
    }

    private static string Subscribe(string uri) => new JsonObject
    {
        ["jsonrpc"] = "2.0",
        ["id"] = $"wigwag-{Guid.NewGuid():n}",
        ["method"] = RequestMethods.ResourcesSubscribe,
        ["params"] = new JsonObject { ["uri"] = uri },
    }.ToJsonString();

    private async Task Tell(string json, CancellationToken cancel)
    {
        using var response = await upstream.Send(HttpMethod.Post, Encoding.UTF8.GetBytes(json), Identify, cancel);
        await response.Content.CopyToAsync(Stream.Null, cancel);
    }
}
