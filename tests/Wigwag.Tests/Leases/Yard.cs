using Wigwag.Core.Agents;
using Wigwag.Core.Leases;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Leases;

/// <summary>One project with three clones, and what their agents do with leases.</summary>
internal sealed class Yard : IAsyncDisposable
{
    public World World { get; } = new();

    public Caller Dave { get; private set; } = null!;

    public Caller Fred { get; private set; } = null!;

    public Caller Gina { get; private set; } = null!;

    /// <summary>A human who speaks as no agent.</summary>
    public Caller Ann { get; private set; } = null!;

    public static async Task<Yard> Open()
    {
        var yard = new Yard();
        yard.Dave = World.As(await yard.World.Register(World.Clone(World.Vc, "/src/dave/vc", "dave")));
        yard.Fred = World.As(await yard.World.Register(World.Clone(World.Vc, "/src/fred/vc", "fred")));
        yard.Gina = World.As(await yard.World.Register(World.Clone(World.Vc, "/src/gina/vc", "gina")));
        yard.Ann = World.Local with { Operator = "Ann Lee <ann@example.org>", Project = yard.Dave.Project };
        return yard;
    }

    public Task<Reserved> Reserve(Caller by, params string[] scopes) => World.Do(Wigwag.Core.Leases.Reserve.Operation, new() { Scopes = scopes }, by);

    public Task<Reserved> Share(Caller by, params string[] scopes) => World.Do(Wigwag.Core.Leases.Reserve.Operation, new() { Scopes = scopes, Shared = true }, by);

    public Task<Error> RefusedTo(Caller by, params string[] scopes) => World.Refused(Wigwag.Core.Leases.Reserve.Operation, new() { Scopes = scopes }, by);

    public Task<Released> Release(Caller by, params string[] scopes) => World.Do(Wigwag.Core.Leases.Release.Operation, new() { Scopes = scopes }, by);

    public Task<Renewed> Renew(Caller by, params string[] scopes) => World.Do(Wigwag.Core.Leases.Renew.Operation, new() { Scopes = scopes }, by);

    public async Task<List<string>> Held() =>
        [.. (await World.Do(ListLeases.Operation, new(), Dave)).Leases.Select(lease => $"{lease.Holder.Workspace} {lease.Scope}")];

    /// <summary>Asks and waits; has begun to wait, or was answered, when this returns.</summary>
    public async Task<Task<Result<Reserved>>> Wait(Caller by, string scope, int seconds = 3600, CancellationToken? cancel = null, string? key = null)
    {
        var before = (await Waiting()).Count;
        var answer = World.Dispatcher.Run(
            Wigwag.Core.Leases.Reserve.Operation, new() { Scopes = [scope], WaitSeconds = seconds }, by, key, cancel ?? World.Stop).AsTask();
        while (!answer.IsCompleted && (await Waiting()).Count == before)
        {
            await Task.WhenAny(answer, Task.Delay(5, World.Stop));
        }
        return answer;
    }

    /// <summary>Who waits, first the first.</summary>
    public async Task<List<string>> Waiting() =>
        [.. (await World.Do(ListLeases.Operation, new(), Ann)).Waiting.Select(waiting => $"{waiting.Holder.Workspace} {string.Join(' ', waiting.Scopes)}")];

    /// <summary>Time passes, and somebody does something.</summary>
    public async Task Pass(TimeSpan time)
    {
        World.Clock.Pass(time);
        await World.Do(Core.Agents.Heartbeat.Operation, new(), Gina);
    }

    /// <summary>Who else holds paths, as an agent is told.</summary>
    public async Task<List<string>> Check(Caller by, params string[] paths) =>
        [.. (await World.Do(CheckPaths.Operation, new() { Paths = paths }, by)).Held.Select(hold => $"{hold.Path}: {hold.Holder.Workspace} {hold.Scope}")];

    public ValueTask DisposeAsync() => World.DisposeAsync();
}
