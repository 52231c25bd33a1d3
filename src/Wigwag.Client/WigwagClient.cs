using System.Net.Http.Headers;
using System.Text.Json;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;

namespace Wigwag.Client;

/// <summary>
/// A Wigwag server, as a program calls it: every operation of the catalog by its own request and answer records, attachments, and
/// the stream of events. Refusals and broken connections are errors in the result, not exceptions. Safe for concurrent use.
/// </summary>
/// <example>
/// <code>
/// using var wigwag = new WigwagClient(new() { Token = token, Agent = AgentId.Parse("dave/vc") });
/// var issue = await wigwag.Call(ShowIssue.Operation, new() { IssueId = IssueId.Parse("vc-a3f8") });
/// </code>
/// </example>
public sealed class WigwagClient : IDisposable
{
    private readonly ClientOptions _options;
    private readonly Transport _transport;

    public WigwagClient(ClientOptions options)
        : this(options, null)
    {
    }

    /// <param name="options">Which server, and who asks.</param>
    /// <param name="handler">What carries the requests instead of a connection of the client's own; disposed with the client.</param>
    public WigwagClient(ClientOptions options, HttpMessageHandler? handler) => (_options, _transport) = (options, new(options, handler));

    /// <summary>Does what <paramref name="operation"/> says and returns its answer, or the refusal; <c>server_unreachable</c> when nobody answers.</summary>
    public async ValueTask<Result<TAnswer>> Call<TRequest, TAnswer>(
        Operation<TRequest, TAnswer> operation, TRequest request, CallOptions? options = null, CancellationToken cancel = default)
        where TRequest : class
        where TAnswer : class =>
        (await Call((Operation)operation, request, options, cancel)).Try(out var answer, out var error) ? (TAnswer)answer : error;

    /// <summary>The untyped form: <paramref name="request"/> is of the operation's request type, the answer of its answer type.</summary>
    public async ValueTask<Result<object>> Call(Operation operation, object request, CallOptions? options = null, CancellationToken cancel = default)
    {
        var call = HttpCall.Of(operation, request);
        var key = operation.Effect == Effect.Query ? null : options?.IdempotencyKey ?? Guid.NewGuid().ToString();
        var within = _options.AnswerWithin + (operation.Patience(request) ?? TimeSpan.Zero);
        var pause = Transport.Pause();
        for (var attempt = 1; ; attempt++)
        {
            var result = await Once(operation, call, key, within, cancel);
            if (result.Error?.Kind != ErrorKind.Unavailable || attempt >= (options?.Attempts ?? 1))
            {
                return result;
            }
            await Task.Delay(pause.Next(), _options.Clock, cancel);
        }
    }

    /// <summary>Gives the server bytes to keep, streamed; name them in a message by the <c>content_id</c> that comes back.</summary>
    public async ValueTask<Result<Uploaded>> Upload(Stream content, CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/attachments")
        {
            Content = new StreamContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } },
        };
        // A server that will not have it says so before it is sent.
        request.Headers.ExpectContinue = true;
        if (!(await _transport.Send(request, null, cancel)).Try(out var response, out var error))
        {
            return error;
        }
        using (response)
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancel);
            return JsonSerializer.Deserialize(body, ClientJson.Default.Uploaded)!;
        }
    }

    /// <summary>An attachment of a message, streamed as it is read.</summary>
    public async ValueTask<Result<Download>> Download(MessageId message, string name, CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, $"/v1/messages/{Uri.EscapeDataString(message.Value)}/attachments/{Uri.EscapeDataString(name)}");
        return (await _transport.Send(request, _options.AnswerWithin, cancel)).Try(out var response, out var error)
            ? new Download(response, await response.Content.ReadAsStreamAsync(cancel))
            : error;
    }

    /// <summary>
    /// What happens from now on, or after the event whose id is <see cref="EventFilter.After"/>, without end: a broken stream is opened
    /// again where it broke. An error is the last element, and is no passing one.
    /// </summary>
    public IAsyncEnumerable<Result<StreamedEvent>> Events(EventFilter? filter = null, CancellationToken cancel = default) =>
        new EventStream(_transport, _options, filter ?? new()).Read(cancel);

    public void Dispose() => _transport.Dispose();

    private async ValueTask<Result<object>> Once(Operation operation, HttpCall call, string? key, TimeSpan within, CancellationToken cancel)
    {
        using var request = call.Message();
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }
        if (!(await _transport.Send(request, within, cancel)).Try(out var response, out var error))
        {
            return error;
        }
        using (response)
        {
            try
            {
                var body = await response.Content.ReadAsByteArrayAsync(cancel);
                return JsonSerializer.Deserialize(body, operation.AnswerType)!;
            }
            catch (JsonException e)
            {
                return Error.Unavailable(
                    "unexpected_answer",
                    $"The server's answer to {operation.Name} is not of the shape that this client knows: {e.Message}",
                    "Check that the address is a Wigwag server's, and that server and client are of the same version.");
            }
            catch (Exception e) when (Transport.IsOutOfReach(e, cancel))
            {
                return _transport.OutOfReach(e);
            }
        }
    }
}
