using System.Net.Http.Headers;

namespace Wigwag.Program.Transport;

/// <summary>A server elsewhere, over HTTP with a key.</summary>
internal sealed class RemoteServer(Uri address, string? token) : IServer, IDisposable
{
    private const int LargeBody = 256 * 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        // A redirect could carry the key to somebody else.
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The key that is shown to it, or null.</summary>
    public string? Token => token;

    public string Name => address.GetLeftPart(UriPartial.Path).TrimEnd('/');

    public Reply Send(Call call, Identity identity)
    {
        using var request = new HttpRequestMessage(new(call.Method), Name + call.Target);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        Header(request, "Wigwag-Agent", identity.Agent);
        Header(request, "Wigwag-Workspace", identity.Workspace);
        Header(request, "Wigwag-Session", identity.Session);
        Header(request, "Idempotency-Key", call.IdempotencyKey);
        if (call.Body.Length > 0 || call.Method is not ("GET" or "DELETE"))
        {
            request.Content = new ByteArrayContent(call.Body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(call.ContentType);
            // A server that will not have it says so before it is sent.
            request.Headers.ExpectContinue = call.Body.Length > LargeBody ? true : null;
        }
        using var patience = new CancellationTokenSource(call.Patience);
        try
        {
            using var response = _http.Send(request, patience.Token);
            using var content = new MemoryStream();
            response.Content.CopyTo(content, null, patience.Token);
            return new((int)response.StatusCode, content.ToArray(), null)
            {
                Outcome = response.Headers.TryGetValues(Core.Operations.Outcomes.Header, out var outcomes) ? outcomes.FirstOrDefault() : null,
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            var why = e is OperationCanceledException ? "no answer in time" : (e.InnerException ?? e).Message;
            throw new UnreachableException($"{Name} is out of reach: {why}.", e) { IsSlow = patience.IsCancellationRequested };
        }
    }

    public void Dispose() => _http.Dispose();

    private static void Header(HttpRequestMessage request, string name, string? value)
    {
        if (value is not null && !request.Headers.TryAddWithoutValidation(name, value))
        {
            throw Cli.Refusal.Usage($"{name} cannot hold '{value}'.", "Use plain letters.");
        }
    }
}
