using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Wigwag.Program.Mcp;

/// <summary>The server's <c>/mcp</c>, as the bridge reaches it: with the identity of the workspace, started when it does not run.</summary>
/// <param name="http">Reaches the server, whether over the socket or over the network.</param>
/// <param name="endpoint">Its <c>/mcp</c>, with the toolsets.</param>
/// <param name="identify">Sets the headers that say who asks.</param>
/// <param name="start">Makes the server run, where that is ours to do.</param>
/// <param name="register">Makes the workspace's agent known to the server.</param>
internal sealed class Upstream(
    HttpClient http, Uri endpoint, Action<HttpRequestHeaders> identify, Func<CancellationToken, Task> start, Func<CancellationToken, Task> register) : IDisposable
{
    private readonly SemaphoreSlim _registering = new(1, 1);

    /// <summary>Sends a request and returns with the answer's head; the body streams.</summary>
    /// <exception cref="HttpRequestException">Nobody answered.</exception>
    public Task<HttpResponseMessage> Send(HttpMethod method, byte[]? body, Action<HttpRequestHeaders> headers, CancellationToken cancel) => Registered(
        endpoint,
        method,
        body,
        all =>
        {
            all.Accept.ParseAdd(method == HttpMethod.Get ? "text/event-stream" : "application/json, text/event-stream");
            headers(all);
        },
        cancel);

    private async Task<HttpResponseMessage> Registered(Uri address, HttpMethod method, byte[]? body, Action<HttpRequestHeaders> headers, CancellationToken cancel)
    {
        var response = await Try(address, method, body, headers, cancel);
        if (response.StatusCode == HttpStatusCode.Conflict && await IsUnregistered(response, cancel))
        {
            response.Dispose();
            await _registering.WaitAsync(cancel);
            try
            {
                await register(cancel);
            }
            finally
            {
                _registering.Release();
            }
            response = await Try(address, method, body, headers, cancel);
        }
        return response;
    }

    /// <summary>Asks another address of the same server, as the same agent.</summary>
    /// <param name="method">HTTP's.</param>
    /// <param name="address">Path and query, relative to the server.</param>
    /// <param name="body">JSON, or null.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="HttpRequestException">Nobody answered.</exception>
    public Task<HttpResponseMessage> Ask(HttpMethod method, string address, byte[]? body, CancellationToken cancel) =>
        Registered(new Uri(endpoint, address), method, body, headers => headers.Accept.ParseAdd("application/json"), cancel);

    public void Dispose()
    {
        http.Dispose();
        _registering.Dispose();
    }

    /// <summary>Makes the server run again after it did not answer.</summary>
    public Task Start(CancellationToken cancel) => start(cancel);

    private async Task<HttpResponseMessage> Try(Uri address, HttpMethod method, byte[]? body, Action<HttpRequestHeaders> headers, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, address);
        identify(request.Headers);
        headers(request.Headers);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    // Read into the response's own buffer, so that whoever gets the response can read it again.
    private static async Task<bool> IsUnregistered(HttpResponseMessage response, CancellationToken cancel)
    {
        await response.Content.LoadIntoBufferAsync(64 * 1024, cancel);
        try
        {
            using var problem = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancel));
            return problem.RootElement.ValueKind == JsonValueKind.Object
                && problem.RootElement.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.String && code.ValueEquals("workspace_unregistered");
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
