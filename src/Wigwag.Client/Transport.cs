using System.Net.Http.Headers;
using System.Net.Sockets;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Client;

/// <summary>One server's address with the connections to it, opened on first use.</summary>
internal sealed class Transport(ClientOptions options, HttpMessageHandler? handler) : IDisposable
{
    private HttpClient? _http;

    /// <summary>The pauses between attempts to reach a server.</summary>
    public static Backoff Pause() => new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    /// <summary>Sends one request and returns the answer's head; an error when nobody answers, or when the answer is a refusal.</summary>
    /// <param name="request">With a target relative to the server.</param>
    /// <param name="within">How long the head of the answer may take, or null for as long as it likes.</param>
    /// <param name="cancel">Cancels.</param>
    public async ValueTask<Result<HttpResponseMessage>> Send(HttpRequestMessage request, TimeSpan? within, CancellationToken cancel)
    {
        Identify(request);
        using var late = new CancellationTokenSource(within ?? Timeout.InfiniteTimeSpan, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            var response = await Http().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }
            using (response)
            {
                return await Problem.Read(response, either.Token);
            }
        }
        catch (Exception e) when (IsOutOfReach(e, cancel))
        {
            return OutOfReach(e);
        }
    }

    /// <summary>True for what a connection does when it breaks or when nobody answers in time, and not for a caller who gave up.</summary>
    public static bool IsOutOfReach(Exception e, CancellationToken cancel) =>
        e is HttpRequestException or IOException or SocketException or OperationCanceledException && !cancel.IsCancellationRequested;

    public Error OutOfReach(Exception e) => Error.Unavailable(
        "server_unreachable",
        $"The server at {options.Socket ?? options.Address.GetLeftPart(UriPartial.Path).TrimEnd('/')} did not answer: {Cause(e)}.",
        "Check that it runs, then repeat the call with the same idempotency key; the server does nothing twice.");

    public void Dispose()
    {
        _http?.Dispose();
        handler?.Dispose();
    }

    private static string Cause(Exception e) => e switch
    {
        OperationCanceledException => "it took too long",
        { InnerException: SocketException or IOException } => e.InnerException.Message.TrimEnd('.'),
        _ => e.Message.TrimEnd('.'),
    };

    private void Identify(HttpRequestMessage request)
    {
        request.RequestUri = new Uri($"{Base()}{request.RequestUri!.OriginalString}");
        if (options.Token is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        if (options.Agent is { } agent)
        {
            request.Headers.Add("Wigwag-Agent", agent.Value);
        }
        if (options.Workspace is { } workspace)
        {
            request.Headers.Add("Wigwag-Workspace", workspace.ToString());
        }
    }

    private string Base() => options.Socket is null ? options.Address.GetLeftPart(UriPartial.Path).TrimEnd('/') : "http://localhost";

    // Two threads may make one each at first; the second is dropped unused.
    private HttpClient Http()
    {
        if (_http is null)
        {
            var made = new HttpClient(handler ?? Connections(), disposeHandler: handler is null) { Timeout = Timeout.InfiniteTimeSpan };
            if (Interlocked.CompareExchange(ref _http, made, null) is not null)
            {
                made.Dispose();
            }
        }
        return _http;
    }

    private SocketsHttpHandler Connections() => new()
    {
        // A redirect could lead the token elsewhere, and a proxy on the way to this machine is a mistake.
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = options.Socket is null && !options.Address.IsLoopback,
        ConnectTimeout = options.ConnectWithin,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = options.Socket is null ? null : ConnectSocket,
    };

    private async ValueTask<Stream> ConnectSocket(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(options.Socket!), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
