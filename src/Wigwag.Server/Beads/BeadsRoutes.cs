using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wigwag.Core.Agents;
using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Server.Access;
using Wigwag.Server.Http;

namespace Wigwag.Server.Beads;

/// <summary>
/// The few addresses that beads' own client knows (<c>lib/beads_mail_adapter.py</c>): reservations of issues, a conflict as 409 with
/// <c>{"error": …}</c>, notices, an inbox. The same operations stand behind them; who asks is still what the credential says.
/// </summary>
internal sealed class BeadsRoutes(ServerParts parts)
{
    private const string Issues = ".beads/issues/";
    private const int DefaultTtl = 3600;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/api/health", [HttpMethods.Get], context => Write(context, 200, "{\"status\":\"ok\"}"u8.ToArray())).WithMetadata(AnonymousEndpoint.Mark);
        routes.MapMethods("/api/reservations", [HttpMethods.Get], List);
        routes.MapMethods("/api/reservations", [HttpMethods.Post], Reserve);
        routes.MapMethods("/api/reservations/{agent}/{issue}", [HttpMethods.Delete], Release);
        routes.MapMethods("/api/notifications", [HttpMethods.Post], Notify);
        routes.MapMethods("/api/notifications/{agent}", [HttpMethods.Get], Inbox);
    }

    private async Task Reserve(HttpContext context)
    {
        if (!(await Read(context, BeadsJson.Default.BeadsReservationRequest)).Try(out var asked, out var error) ||
            !(await Speaker(context, asked.AgentName)).Try(out var caller, out error))
        {
            await Refuse(context, error);
            return;
        }
        var request = new ReserveRequest { Project = asked.Project, Scopes = [Glob.Escape(asked.FilePath)], TtlSeconds = asked.Ttl ?? DefaultTtl };
        if (!(await parts.Dispatcher.Run(Core.Leases.Reserve.Operation, request, caller, cancel: context.RequestAborted)).Try(out var reserved, out error))
        {
            await Refuse(context, error);
            return;
        }
        var lease = reserved.Granted[0];
        await Write(context, StatusCodes.Status201Created, JsonSerializer.SerializeToUtf8Bytes(
            new BeadsReserved(true, lease.LeaseId.Value, asked.FilePath, lease.Holder.Value, lease.ExpiresAt, lease.Token), BeadsJson.Default.BeadsReserved));
    }

    private async Task Release(HttpContext context)
    {
        var segments = RequestBinding.RawPath(context).Split('/');
        if (!(await Speaker(context, Uri.UnescapeDataString(segments[3]))).Try(out var caller, out var error))
        {
            await Refuse(context, error);
            return;
        }
        var scope = Glob.Escape(Issues + Uri.UnescapeDataString(segments[4]));
        var released = await parts.Dispatcher.Run(Core.Leases.Release.Operation, new() { Scopes = [scope] }, caller, cancel: context.RequestAborted);
        // What is not held any more is as good as given back.
        if (released.Error is { Code: not ("not_held" or "lease_over") } refusal)
        {
            await Refuse(context, refusal);
            return;
        }
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task List(HttpContext context)
    {
        var request = new ListLeasesRequest { Kind = LeaseKind.Reservation, Limit = NameCursor.MaxLimit };
        if (!(await parts.Dispatcher.Run(ListLeases.Operation, request, context.CallerOf(), cancel: context.RequestAborted)).Try(out var page, out var error))
        {
            await Refuse(context, error);
            return;
        }
        var reservations = page.Leases.Select(lease => new BeadsReservation(
            lease.Scope[(lease.Scope.LastIndexOf('/') + 1)..], lease.Scope, lease.Holder.Value, lease.ExpiresAt));
        await Write(context, StatusCodes.Status200OK, JsonSerializer.SerializeToUtf8Bytes(new([.. reservations]), BeadsJson.Default.BeadsReservations));
    }

    private async Task Notify(HttpContext context)
    {
        if (!(await Read(context, BeadsJson.Default.BeadsNotification)).Try(out var told, out var error) ||
            !(await Speaker(context, told.FromAgent)).Try(out var caller, out error) ||
            !(await Everyone(caller, told.Project, context.RequestAborted)).Try(out var everyone, out error))
        {
            await Refuse(context, error);
            return;
        }
        var request = new SendMessageRequest { To = everyone, Subject = told.EventType, Body = told.Payload is { } payload ? $"```json\n{payload.GetRawText()}\n```" : "" };
        if (!(await parts.Dispatcher.Run(SendMessage.Operation, request, caller, cancel: context.RequestAborted)).Try(out var sent, out error))
        {
            await Refuse(context, error);
            return;
        }
        await Write(context, StatusCodes.Status201Created, JsonSerializer.SerializeToUtf8Bytes(new BeadsSent(true, sent.MessageId.Value), BeadsJson.Default.BeadsSent));
    }

    private async Task Inbox(HttpContext context)
    {
        if (!(await Speaker(context, Uri.UnescapeDataString(RequestBinding.RawPath(context).Split('/')[3]))).Try(out var caller, out var error) ||
            !(await parts.Dispatcher.Run(CheckInbox.Operation, new() { Unread = true }, caller, cancel: context.RequestAborted)).Try(out var page, out error))
        {
            await Refuse(context, error);
            return;
        }
        var messages = page.Messages.Select(message => new BeadsMessage(
            message.From.Agent?.Value ?? message.From.Operator,
            message.Subject,
            new(message.MessageId.Value, message.IssueId?.Value, message.Category.ToString().ToUpperInvariant(), message.CreatedAt)));
        await Write(context, StatusCodes.Status200OK, JsonSerializer.SerializeToUtf8Bytes(new([.. messages]), BeadsJson.Default.BeadsMessages));
    }

    /// <summary>As whom the request speaks: the agent of the key; of an operator's or administrator's key the agent it names.</summary>
    private async ValueTask<Result<Caller>> Speaker(HttpContext context, string? name)
    {
        var caller = context.CallerOf();
        if (caller.Agent is not null || name is null)
        {
            return caller;
        }
        var found = await parts.Options.Store.Read(caller, (session, _) => AgentRegistry.Own(session, name), context.RequestAborted);
        return found.Try(out var agent, out var error)
            ? caller.As(agent)
            : error;
    }

    private async ValueTask<Result<string>> Everyone(Caller caller, string? project, CancellationToken cancel) =>
        (await parts.Dispatcher.Run(Core.Projects.ShowProject.Operation, new() { Project = project }, caller, cancel: cancel)).Try(out var shown, out var error)
            ? $"{AgentId.Everyone}/{shown.Name}"
            : error;

    private async ValueTask<Result<T>> Read<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        if (!(await RequestBody.Read(context, parts.Options.Limits.BodyBytes, "Send less.")).Try(out var body, out var tooLarge))
        {
            return tooLarge;
        }
        try
        {
            return JsonSerializer.Deserialize(body, type) is { } read ? read : Error.Invalid("bad_json", "The body is null.", "Send one JSON object.");
        }
        catch (JsonException)
        {
            return Error.Invalid("bad_json", "The body is not the JSON object that this address takes.", "See docs/leases.md for its properties.");
        }
    }

    private static Task Refuse(HttpContext context, Error error)
    {
        var holder = error.Details?["conflicts"] is System.Text.Json.Nodes.JsonArray { Count: > 0 } conflicts ? conflicts[0]?["holder"]?.GetValue<string>() : null;
        return Write(context, Problem.StatusOf(error), JsonSerializer.SerializeToUtf8Bytes(
            new BeadsRefusal(error.Message, error.Code, error.Next, holder), BeadsJson.Default.BeadsRefusal));
    }

    private static Task Write(HttpContext context, int status, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
