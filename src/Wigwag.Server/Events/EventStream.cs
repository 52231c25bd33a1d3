using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;
using Wigwag.Server.Access;
using Wigwag.Server.Http;

namespace Wigwag.Server.Events;

/// <summary>
/// The log as server-sent events. Each reader has its own place and its own bounded backlog: one that does not read loses its
/// connection, resumes from the last id it has, and has missed nothing.
/// </summary>
internal sealed class EventStream(ServerParts parts)
{
    private const string MediaType = "text/event-stream";
    // The same fact goes to many readers; its frame is written once.
    private readonly ConditionalWeakTable<Event, byte[]> _frames = [];
    private readonly ConcurrentDictionary<string, int> _open = new();

    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/v1/events", [HttpMethods.Get], Serve);

    private async Task Serve(HttpContext context)
    {
        if (!OperationRoutes.Accepts(context.Request, MediaType))
        {
            await context.Refuse(
                Error.Invalid("not_acceptable", "This address answers text/event-stream, which the Accept header leaves out.", "Send Accept: text/event-stream."),
                StatusCodes.Status406NotAcceptable);
            return;
        }
        var caller = context.CallerOf();
        if (!(await EventFilter.Of(context.Request.Query, caller, parts.Options.Store, context.RequestAborted)).Try(out var filter, out var refusal)
            || !(await Start(context)).Try(out var place, out refusal))
        {
            await context.Refuse(refusal);
            return;
        }
        if (_open.AddOrUpdate(caller.Credential, 1, (_, open) => open + 1) > parts.Options.Limits.StreamsPerKey)
        {
            Close(caller);
            context.Response.Headers.RetryAfter = "10";
            await context.Refuse(new Error(
                ErrorKind.RateLimited, "too_many_streams", $"This key has {parts.Options.Limits.StreamsPerKey} event streams open.", "Close one, or use one stream for more projects."));
            return;
        }
        parts.Metrics.StreamOpened();
        try
        {
            await Follow(context, filter, place.Seq);
        }
        finally
        {
            parts.Metrics.StreamClosed();
            Close(caller);
        }
    }

    private void Close(Caller caller) => _open.AddOrUpdate(caller.Credential, 0, (_, open) => open - 1);

    /// <summary>A place in the log.</summary>
    private sealed record Place(long Seq);

    // Last-Event-ID wins: a browser that resumes repeats the query it began with.
    private async ValueTask<Result<Place>> Start(HttpContext context)
    {
        var text = context.Request.Headers["Last-Event-ID"] is { Count: > 0 } header ? header.ToString() : context.Request.Query["after"].ToString();
        long? asked = text.Length == 0 ? null : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? place : -1;
        return asked < 0
            ? Error.Invalid("bad_event_id", "Last-Event-ID and after take the id of an event, a whole number.", "Send the id of the last event that was read, or leave it out.")
            : await parts.Options.Store.Read<Place>(Caller.System, async (session, _) =>
            {
                var end = await Core.Feed.Log.End(session);
                return asked is null ? new Place(end)
                    : asked <= end && !await Timeline.IsLost(session, "events", asked.Value) ? new Place(asked.Value)
                    : new Error(
                        ErrorKind.Expired,
                        "unknown_event_id",
                        "The log does not hold that event: the database was restored or is another.",
                        "Read the state anew, and follow the log without Last-Event-ID.");
            }, context.RequestAborted);
    }

    private async Task Follow(HttpContext context, EventFilter filter, long place)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, parts.Stopping);
        context.Response.ContentType = MediaType;
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var writer = context.Response.BodyWriter;
        try
        {
            // The id alone moves a reader's place, so that one which loses the connection before the first event misses none.
            Write(writer, $"retry: 2000\nid: {place}\n\n");
            await Flush(writer, ends.Token);
            await Tell(filter, place, writer, ends.Token);
        }
        catch (TimeoutException)
        {
            // The connection takes nothing; it ends below, as one whose backlog is full.
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // Gone, revoked or stopping.
        }
        if (!ends.IsCancellationRequested)
        {
            parts.Metrics.StreamDropped();
            context.Abort();
        }
    }

    /// <summary>Writes what the filter wants after a place, and beats while there is nothing; returns when the reader has fallen behind.</summary>
    private async Task Tell(EventFilter filter, long place, PipeWriter writer, CancellationToken ends)
    {
        // What the reader was not told it did not want: its place moves on with the log's.
        var passed = place;
        bool Wants(Event e)
        {
            var wanted = filter.Wants(e);
            Volatile.Write(ref passed, e.Seq);
            return wanted;
        }
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ends);
        await using var facts = parts.Hub.Subscribe(Wants, place, over.Token).GetAsyncEnumerator(over.Token);
        var more = facts.MoveNextAsync().AsTask();
        try
        {
            while (await (more.IsCompleted ? more : Beat()))
            {
                writer.Write(Frame(facts.Current));
                if (writer.UnflushedBytes > 16 * 1024)
                {
                    await Flush(writer, ends);
                }
                more = facts.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumeration is not disposed in the middle of a move.
            await over.CancelAsync();
            await ((Task)more).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task<bool> Beat()
        {
            await Flush(writer, ends);
            while (true)
            {
                var reached = Volatile.Read(ref passed);
                await ((Task)more).WaitAsync(parts.Options.Limits.StreamHeartbeat, parts.Clock, ends).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ends.ThrowIfCancellationRequested();
                // Asked of the fact and not of the wait: both may end at one moment.
                if (more.IsCompleted)
                {
                    return await more;
                }
                Write(writer, $":\nid: {reached}\n\n");
                await Flush(writer, ends);
            }
        }
    }

    private async ValueTask Flush(PipeWriter writer, CancellationToken ends)
    {
        var flush = writer.FlushAsync(ends);
        if (!flush.IsCompletedSuccessfully)
        {
            await flush.AsTask().WaitAsync(parts.Options.Limits.StreamWriteTimeout, parts.Clock, ends);
        }
    }

    private byte[] Frame(Event e) => _frames.GetValue(e, static e =>
    {
        var frame = new ArrayBufferWriter<byte>(512);
        Write(frame, $"id: {e.Seq}\nevent: {e.Kind}\ndata: ");
        frame.Write(ReadableJson.Write(e, FeedJson.Default.Event).Span);
        Write(frame, $"\n\n");
        return frame.WrittenSpan.ToArray();
    });

    private static void Write(IBufferWriter<byte> writer, FormattableString text) =>
        Encoding.UTF8.GetBytes(text.ToString(CultureInfo.InvariantCulture), writer);
}
