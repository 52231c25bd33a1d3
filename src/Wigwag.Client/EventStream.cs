using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Client;

/// <summary>Which events to be told of.</summary>
public sealed record EventFilter
{
    /// <summary>Projects, by any of their names, or <c>*</c> for all that the key may see. When empty: the caller's own, and what concerns the caller.</summary>
    public IReadOnlyList<string> Projects { get; init; } = [];

    /// <summary>Kinds such as <c>message.sent</c>, or <c>issue.*</c> for all of a family; all when empty.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>The id of the last event seen; what came after it is told first. From now on when null.</summary>
    public string? After { get; init; }
}

/// <summary>An event with its id, from which the stream can be taken up again.</summary>
public sealed record StreamedEvent(string Id, Event Event);

/// <summary>Reads <c>GET /v1/events</c>, and opens it again after the last event seen whenever it breaks.</summary>
internal sealed class EventStream(Transport transport, ClientOptions options, EventFilter filter)
{
    private readonly Backoff _pause = Transport.Pause();
    private string? _last = filter.After;

    public async IAsyncEnumerable<Result<StreamedEvent>> Read([EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            using var request = Request();
            if (!(await transport.Send(request, options.AnswerWithin, cancel)).Try(out var response, out var error))
            {
                if (error.Kind is not (ErrorKind.Unavailable or ErrorKind.RateLimited))
                {
                    yield return error;
                    yield break;
                }
            }
            else
            {
                using (response)
                {
                    await using var silence = new SilenceLimit(await response.Content.ReadAsStreamAsync(cancel), options.SilenceAtMost, options.Clock);
                    var parser = SseParser.Create(silence, Parse);
                    await using var events = parser.EnumerateAsync(cancel).GetAsyncEnumerator(cancel);
                    while (await Next(events, cancel) is { } item)
                    {
                        _pause.Reset();
                        if (item.Data is { } told)
                        {
                            _last = parser.LastEventId;
                            yield return new StreamedEvent(_last, told);
                        }
                    }
                    // Also an id that came without an event moves the place.
                    _last = parser.LastEventId is { Length: > 0 } last ? last : _last;
                }
            }
            await Task.Delay(_pause.Next(), options.Clock, cancel);
        }
    }

    // A stream that breaks ends, and is opened again.
    private static async ValueTask<SseItem<Event?>?> Next(IAsyncEnumerator<SseItem<Event?>> events, CancellationToken cancel)
    {
        try
        {
            return await events.MoveNextAsync() ? events.Current : null;
        }
        catch (Exception e) when (Transport.IsOutOfReach(e, cancel))
        {
            return null;
        }
    }

    // Messages of other types, such as a farewell, are not events of the log.
    private static Event? Parse(string type, ReadOnlySpan<byte> data) =>
        data is [(byte)'{', ..] ? JsonSerializer.Deserialize(data, FeedJson.Default.Event) : null;

    private HttpRequestMessage Request()
    {
        var target = new StringBuilder("/v1/events");
        var separator = '?';
        foreach (var (name, value) in filter.Kinds.Select(kind => ("kind", kind)).Concat(filter.Projects.Select(project => ("project", project))))
        {
            target.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
        var request = new HttpRequestMessage(HttpMethod.Get, target.ToString());
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (_last is { Length: > 0 } last)
        {
            request.Headers.Add("Last-Event-ID", last);
        }
        return request;
    }
}
