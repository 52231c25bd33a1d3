using System.Net.ServerSentEvents;

namespace Wigwag.Program.Mcp;

/// <summary>The messages in an answer of the server, which is one JSON document or a stream of events.</summary>
internal static class Events
{
    /// <summary>Each message as it arrives.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async IAsyncEnumerable<string> Of(
        HttpResponseMessage response, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            if (await response.Content.ReadAsStringAsync(cancel) is { Length: > 0 } json)
            {
                yield return json;
            }
            yield break;
        }
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancel))
        {
            if (item.Data.Length > 0)
            {
                yield return item.Data;
            }
        }
    }

    /// <summary>The first message.</summary>
    public static async Task<string?> Single(HttpResponseMessage response, CancellationToken cancel)
    {
        await foreach (var message in Of(response, cancel))
        {
            return message;
        }
        return null;
    }
}
