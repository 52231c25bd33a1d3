using System.Security.Cryptography;
using System.Text.Json;
using Wigwag.Core.Agents;
using Wigwag.Core.Attachments;
using Wigwag.Core.Store;

namespace Wigwag.Core.Operations;

/// <summary>The one way in: every face hands a caller, an operation and its request to <see cref="Run"/>.</summary>
/// <param name="store">Where everything is.</param>
/// <param name="blobs">Where attachments are.</param>
/// <param name="worked">Told what each transaction of an operation cost, in the units of <see cref="Budget"/>; it may have failed.</param>
public sealed class Dispatcher(IStore store, IBlobs blobs, Action<Caller, long>? worked = null)
{
    private readonly SignsOfLife _signs = new(store);
    private readonly GivenAnswers _given = new(store);

    public IStore Store => store;

    public IBlobs Blobs => blobs;

    /// <summary>Notes that the calling agent's session is there, for what a face answers without an operation.</summary>
    public void Note(Caller caller) => _signs.Note(caller);

    /// <summary>Notes it now, and as often as it is needed while a face keeps a connection of the session open: until disposed.</summary>
    public IDisposable Stay(Caller caller) => _signs.Stay(caller);

    /// <summary>Runs an operation for a caller. A command with a key that was used before returns the first answer and does nothing.</summary>
    /// <param name="operation">What to do.</param>
    /// <param name="request">A record of the operation's request type.</param>
    /// <param name="caller">Who asks, from the credential.</param>
    /// <param name="idempotencyKey">Chosen by the caller, at most 200 characters, or null.</param>
    /// <param name="cancel">Ends a wait; a command that has begun to commit is not undone.</param>
    public async ValueTask<Result<object>> Run(
        Operation operation, object request, Caller caller, string? idempotencyKey, CancellationToken cancel)
    {
        if (caller.Role < operation.Role)
        {
            return Error.Forbidden(
                "role_too_low",
                $"{operation.Title} needs the role {Name(operation.Role)}; this key has {Name(caller.Role)}.",
                "Use a key with that role, or ask an administrator for one.");
        }
        if (idempotencyKey is { Length: 0 or > 200 })
        {
            return Error.Invalid("bad_idempotency_key", "An idempotency key has 1 to 200 characters.", "Send a shorter key, for example a UUID.");
        }
        try
        {
            if (!(await operation.Prepare(request, new(store, blobs, caller), cancel)).Try(out var prepared, out var refusal))
            {
                return refusal;
            }
            return operation.Effect == Effect.Query
                ? await Query(operation, prepared, caller, cancel)
                : await Command(operation, prepared, caller, idempotencyKey, cancel);
        }
        catch (OverBudgetException e)
        {
            return OverBudget(operation, e);
        }
        catch (TooManyAtOnceException)
        {
            return TooManyAtOnce;
        }
        catch (StoreUnavailableException e)
        {
            return Error.Unavailable(
                e.IsDiskFull ? "disk_full" : "store_unavailable",
                $"The store cannot answer now: {e.Message}",
                e.IsOutcomeUnknown ? "Repeat it with the same idempotency key; it may have been done."
                : e.IsDiskFull ? "Free some space on the server's disk; nothing was done."
                : "Try again with the same idempotency key; nothing was done.");
        }
    }

    /// <summary>The typed form of <see cref="Run"/>, for tests and for the server's own work.</summary>
    public async ValueTask<Result<TAnswer>> Run<TRequest, TAnswer>(
        Operation<TRequest, TAnswer> operation, TRequest request, Caller caller, string? idempotencyKey = null, CancellationToken cancel = default)
        where TRequest : class
        where TAnswer : class =>
        (await Run((Operation)operation, request, caller, idempotencyKey, cancel)).Try(out var answer, out var error) ? (TAnswer)answer : error;

    private async ValueTask<Result<object>> Query(Operation operation, object request, Caller caller, CancellationToken cancel)
    {
        var patience = operation.Patience(request);
        var deadline = store.Clock.GetTimestamp() + (long)((patience?.TotalSeconds ?? 0) * store.Clock.TimestampFrequency);
        while (true)
        {
            _signs.Note(caller);
            var committed = store.Committed();
            var result = await store.Read(caller, (session, token) => Work(operation, session, request, token), cancel);
            var left = store.Clock.GetElapsedTime(store.Clock.GetTimestamp(), deadline);
            if (!result.Try(out var answer, out _))
            {
                return result;
            }
            if (patience is null || left <= TimeSpan.Zero || operation.IsWorthGiving(answer))
            {
                _given.Note(operation, answer, caller);
                return await operation.Complete(answer, blobs, cancel);
            }
            try
            {
                // An agent that waits is there, and says so as often as one that does not.
                await committed.WaitAsync(left < Signs.HeartbeatEvery ? left : Signs.HeartbeatEvery, store.Clock, cancel);
            }
            catch (TimeoutException)
            {
                // Nothing was committed; when the time is up, the last look at the state is the answer.
            }
        }
    }

    private async ValueTask<Result<object>> Command(Operation operation, object request, Caller caller, string? key, CancellationToken cancel)
    {
        var hash = key is null ? null : Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, operation.RequestType)));
        var answered = await Once(operation, request, caller, key, hash, cancel);
        try
        {
            while (answered.Error is { Then: Then.Wait })
            {
                await UntilWorthwhile(operation, request, caller, cancel);
                answered = await Once(operation, request, caller, key, hash, cancel);
            }
        }
        catch (OperationCanceledException)
        {
            await store.Write<object>(caller, async (session, _) =>
            {
                await operation.Abandon(session, request);
                return request;
            }, CancellationToken.None);
            throw;
        }
        return answered;
    }

    /// <summary>Waits until the command has something to do, or a while: it then says again that it waits.</summary>
    private async Task UntilWorthwhile(Operation operation, object request, Caller caller, CancellationToken cancel)
    {
        var since = store.Clock.GetTimestamp();
        while (store.Clock.GetElapsedTime(since) is var waited && waited < Signs.HeartbeatEvery)
        {
            var committed = store.Committed();
            var wakes = await store.Read<Wake>(
                caller,
                async (session, _) => operation.Wakes(session, request) is { } wake ? await wake : new Wake(session.Now),
                cancel);
            var left = wakes.Try(out var wake, out _) ? wake.At - store.Clock.GetUtcNow() : TimeSpan.Zero;
            if (left <= TimeSpan.Zero)
            {
                return;
            }
            var rest = Signs.HeartbeatEvery - waited;
            await committed.WaitAsync(left < rest ? left : rest, store.Clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Runs the command in a transaction, or finds that it was run before.</summary>
    private async ValueTask<Result<object>> Once(Operation operation, object request, Caller caller, string? key, string? hash, CancellationToken cancel)
    {
        // A key that was kept already, or is meanwhile, is not kept twice: the transaction fails, is run again, and then looks. Where
        // a look is a way to another machine and back it is left to that, but for who would take a place in a queue for nothing.
        var isFar = store.Dialect.RunsBeside;
        if (key is not null && isFar && operation.Patience(request) > TimeSpan.Zero && await Given(caller, key, cancel) is { } before)
        {
            _signs.Note(caller);
            return before.Replay(operation, hash!);
        }
        if (!operation.IsSignOfLife)
        {
            // What was noted before it and is still to be written would bring back what it ends.
            _signs.Forget(caller.Agent);
        }
        var looks = key is not null && !isFar;
        var answered = await store.Write(caller, async (session, token) =>
        {
            if (operation.IsSignOfLife)
            {
                await AgentSessions.Seen(session);
            }
            var mayBeUsed = looks;
            looks = key is not null;
            if (mayBeUsed && await IdempotencyKeys.Find(session, key!) is { } used)
            {
                return used.Replay(operation, hash!);
            }
            var result = await Work(operation, session, request, token);
            if (!result.Try(out var answer, out var refusal))
            {
                return refusal.Then == Then.Undo ? refusal : new Kept(refusal);
            }
            if (key is not null)
            {
                await IdempotencyKeys.Keep(session, key, operation, hash!, JsonSerializer.Serialize(operation.ForRepeat(answer), operation.AnswerType));
            }
            return result;
        }, cancel);
        var isAnswered = answered.Try(out var outcome, out var refused);
        if (!operation.IsSignOfLife)
        {
            _signs.Forget((outcome as Agent)?.AgentId ?? caller.Agent);
        }
        else if (isAnswered)
        {
            _signs.Noted(caller);
        }
        else
        {
            _signs.Note(caller); // it took back what its transaction wrote
        }
        if ((refused ?? (outcome as Kept)?.Refusal) is not { } because)
        {
            return answered;
        }
        // It may have been done before, and been refused for that.
        return key is not null && isFar && await Given(caller, key, cancel) is { } given ? given.Replay(operation, hash!) : because;
    }

    private async ValueTask<Result<object>> Work(Operation operation, Session session, object request, CancellationToken cancel)
    {
        try
        {
            return await operation.Run(session, request, cancel);
        }
        finally
        {
            worked?.Invoke(session.Caller, session.Budget.Spent);
        }
    }

    private async ValueTask<IdempotencyKeys.Used?> Given(Caller caller, string key, CancellationToken cancel)
    {
        IdempotencyKeys.Used? used = null;
        await store.Read<string>(caller, async (session, _) =>
        {
            used = await IdempotencyKeys.Find(session, key);
            return key;
        }, cancel);
        return used;
    }

    /// <summary>The refusal of a request that cost more than one request may.</summary>
    private static Error OverBudget(Operation operation, OverBudgetException e) => e.IsWork
        ? Error.TooLarge("too_costly", $"{operation.Title} was stopped: {e.Message} Nothing was done.", operation.Narrow)
        : Error.Unavailable("query_timeout", $"{operation.Title} was stopped: {e.Message} Nothing was done.", $"{operation.Narrow} If that is no less, the server is busy: try again later.");

    /// <summary>The refusal of who asks for more at once than a credential's share; the others are served.</summary>
    public static readonly Error TooManyAtOnce = new(
        ErrorKind.RateLimited, "too_many_at_once", "This key has more requests at work than its share of the server.", "Wait for the answers before you ask for more.");

    // A refusal as an answer, for the store to commit what was written.
    private sealed record Kept(Error Refusal);

    private static string Name(Role role) => role.ToString().ToLowerInvariant();
}
