using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Wigwag.Core.Agents;
using Wigwag.Core.Keys;
using Wigwag.Core.Operations;
using Wigwag.Server.Http;

namespace Wigwag.Server.Access;

/// <summary>Finds who asks, from the credential alone, before any endpoint but the anonymous ones.</summary>
internal sealed class Authentication(ServerParts parts, ILogger log)
{
    private readonly Actors _actors = new(parts.Options.Store);

    /// <summary>The credential of whoever owns the server's files and sits on its machine.</summary>
    public const string LocalCredential = "local";

    private static readonly Caller LocalAdministrator = new() { Credential = LocalCredential, Role = Role.Administrator };

    public async Task Require(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<AnonymousEndpoint>() is not null)
        {
            await next(context);
            return;
        }
        var (credential, key) = await Authenticate(context);
        if (!credential.Try(out var caller, out var refusal))
        {
            await RefuseCredential(context, refusal);
            return;
        }
        Limits.OpenConnection.Authenticated(context);
        // A command ends by itself when its key is revoked, and its answer is given: it may be the revocation.
        var operation = context.GetEndpoint()?.Metadata.GetMetadata<Operation>();
        if (key is { } bearer && operation is null or { Effect: Effect.Query })
        {
            await ServeUntil(context, operation, Serve, parts.Keys.Ended(bearer));
            return;
        }
        await Serve();

        async Task Serve()
        {
            caller = Actors.WithProof(context.Request, caller);
            // A workspace registers before it can be spoken for.
            if (!(await _actors.Find(context.Request, caller, context.RequestAborted)).Try(out var actor, out var refused)
                && operation is not { Name: "register_agent" })
            {
                await context.Refuse(refused);
                return;
            }
            if (!Session(context.Request).Try(out var session, out refused))
            {
                await context.Refuse(refused);
                return;
            }
            var speaking = (actor ?? caller) with { Session = session };
            context.SetCaller(speaking);
            await Present(context, next, operation, speaking);
        }
    }

    /// <summary>Whatever an agent asks says that it is there, whether or not it is answered, and a connection kept open says so as long as it is.</summary>
    private async Task Present(HttpContext context, RequestDelegate next, Operation? operation, Caller speaking)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<KnowsSessions>() is not null)
        {
            await next(context);
        }
        else if (operation is null)
        {
            using var stays = parts.Dispatcher.Stay(speaking);
            await next(context);
        }
        else
        {
            await next(context);
            // The dispatcher notes what it runs; this is for what was refused before.
            if (operation.IsSignOfLife)
            {
                parts.Dispatcher.Note(speaking);
            }
        }
    }

    private static Result<ClientSession> Session(HttpRequest request) =>
        request.Headers[ClientSession.Header] is { Count: > 0 } named ? ClientSession.Parse(named.ToString()) : ClientSession.Http;

    /// <summary>Serves what streams or waits until its key ends: what has not begun to answer then is refused, and a stream is cut off.</summary>
    private async Task ServeUntil(HttpContext context, Operation? operation, Func<Task> serve, CancellationToken ended)
    {
        var client = context.RequestAborted;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(client, ended);
        context.RequestAborted = either.Token;
        await using var cut = operation is null ? ended.UnsafeRegister(static context => CutOff((HttpContext)context!), context) : default;
        try
        {
            await serve();
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested && !client.IsCancellationRequested)
        {
            // Refused below.
        }
        context.RequestAborted = client;
        if (ended.IsCancellationRequested && !context.Response.HasStarted)
        {
            await RefuseCredential(context, BadCredential);
        }
    }

    private static void CutOff(HttpContext context)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
        }
    }

    private Task RefuseCredential(HttpContext context, Error refusal)
    {
        parts.Metrics.Refused(refusal.Code);
        log.RefusedCredential(refusal.Code);
        context.Response.Headers.WWWAuthenticate = refusal.Code == NoCredential.Code ? "Bearer" : "Bearer error=\"invalid_token\"";
        return context.Refuse(refusal, StatusCodes.Status401Unauthorized);
    }

    private async ValueTask<(Result<Caller> Caller, Key? Key)> Authenticate(HttpContext context)
    {
        if (context.Request.Headers.Authorization is { Count: > 0 } authorization)
        {
            return authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
                && await parts.Keys.Open(header["Bearer ".Length..].Trim(), context.RequestAborted) is { } key
                    ? (Bearer(key), key)
                    : (BadCredential, null);
        }
        return (IsLocal(context) ? LocalAdministrator : NoCredential, null);
    }

    // What a proxy passes on comes from elsewhere, though the proxy itself sits here.
    private bool IsLocal(HttpContext context) =>
        (context.OverUnixSocket() || parts.Options.Authentication == AuthenticationMode.None)
        && !context.Request.Headers.Keys.Any(name =>
            name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
            || name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
            || name.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase)
            || name.Equals("Via", StringComparison.OrdinalIgnoreCase));

    private static Caller Bearer(Key key) => new()
    {
        Credential = key.KeyId.Value,
        Role = key.Role,
        Agent = key.Agent,
        Operator = key.Operator,
        Projects = key.Projects?.ToHashSet(),
    };

    private static readonly Error NoCredential = Error.Forbidden(
        "no_credential", "This address needs a key.", "Send Authorization: Bearer <token>; the local token is in the file `token` of the server's home.");

    private static readonly Error BadCredential = Error.Forbidden(
        "bad_credential", "The key is unknown, expired or revoked.", "Ask an administrator for a new one.");
}
