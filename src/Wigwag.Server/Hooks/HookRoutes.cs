using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wigwag.Core.Hooks;
using Wigwag.Core.Operations;
using Wigwag.Server.Access;
using Wigwag.Server.Http;

namespace Wigwag.Server.Hooks;

/// <summary>
/// Hooks of agents' clients over HTTP: the body is what the client sends, the answer what it reads. For clients that call hooks by HTTP
/// themselves, and for <c>wigwag hook</c>, which passes both on.
/// </summary>
internal static class HookRoutes
{
    public static void MapHooks(this IEndpointRouteBuilder routes, ServerParts parts)
    {
        var machine = parts.Options.RealPath is { } realPath ? new Machine(System.Net.Dns.GetHostName(), realPath) : null;
        var desk = new HookDesk(parts.Dispatcher, machine);
        var actors = new Actors(parts.Options.Store);
        routes.MapMethods("/v1/hooks/{client}/{event}", [HttpMethods.Post], context => Answer(context, parts, desk, actors)).WithMetadata(KnowsSessions.Mark);
    }

    private static async Task Answer(HttpContext context, ServerParts parts, HookDesk desk, Actors actors)
    {
        if (HookClient.Find(Segment(context, "client"), Segment(context, "event")) is not var (client, moment))
        {
            await context.Refuse(Error.NotFound(
                "unknown_hook",
                "There is no such client or event.",
                $"Clients: {string.Join(", ", HookClient.All.Select(known => $"{known.Name} ({string.Join(", ", known.Events.Select(each => each.Event))})"))}."));
            return;
        }
        if (!(await RequestBody.Read(context, RequestLimits.HookBytes, $"Nothing was checked. Let {client.Name} write less at once.")).Try(out var sent, out var tooLarge))
        {
            await context.Refuse(tooLarge);
            return;
        }
        if (Read(sent, moment) is not { } input)
        {
            await context.Refuse(Error.Invalid("bad_json", "A hook takes the JSON object that its client sends.", $"Send what {client.Name} gives its hooks."));
            return;
        }
        var caller = context.CallerOf();
        if (caller.Role < Role.Agent)
        {
            await context.Refuse(Error.Forbidden("role_too_low", "A hook acts for an agent; this key only reads.", "Use a key with the role agent."));
            return;
        }
        if (caller.Agent is null && input.Folder.StartsWith('/'))
        {
            caller = await actors.At(input.Folder, caller, context.RequestAborted);
            if (caller.Agent is null && parts.Options.RealPath is { } realPath)
            {
                caller = await actors.At(realPath(input.Folder), caller, context.RequestAborted);
            }
        }
        if (!(await desk.Answer(caller, client, input, context.RequestAborted)).Try(out var answer, out var error))
        {
            await context.Refuse(error);
            return;
        }
        var body = JsonSerializer.SerializeToUtf8Bytes(client.Write(moment, answer), HookRoutesJson.Default.JsonObject);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static string Segment(HttpContext context, string name) => context.Request.RouteValues[name] as string ?? "";

    private static HookInput? Read(byte[] body, HookMoment moment)
    {
        try
        {
            using var sent = JsonDocument.Parse(body);
            return HookInput.Read(moment, sent.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
