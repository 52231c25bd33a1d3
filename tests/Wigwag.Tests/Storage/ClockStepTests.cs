using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Slots;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Blobs;
using Wigwag.Storage.Sqlite;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Storage;

/// <summary>A machine's clock that is set ahead ends nothing on SQLite: what runs ends as far from now as before.</summary>
public sealed class ClockStepTests : IDisposable
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly TemporaryFolder _folder = new();
    private readonly SettableClock _clock = new(DateTimeOffset.Parse("2026-03-01T09:00:00Z", null));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_day_ahead_ends_no_lease_no_claim_no_slot_no_presence_and_no_deadline()
    {
        var at = Open();
        await using var store = at.Store;
        var (dave, fred) = (await Register(at, "dave"), await Register(at, "fred"));
        var held = (await Run(at, Reserve.Operation, new() { Scopes = ["src/**"], TtlSeconds = 1800 }, dave)).Value;
        var issue = (await Run(at, CreateIssue.Operation, new() { Title = "It crashes" }, dave)).Value.IssueId;
        Assert.Null((await Run(at, ClaimIssue.Operation, new() { IssueId = issue }, dave)).Error);
        Assert.Null((await Run(at, AcquireSlot.Operation, new() { Slot = "gpu", TtlSeconds = 1800 }, dave)).Error);
        var sent = (await Run(
            at,
            SendMessage.Operation,
            new() { To = "dave/vc", Subject = "Stuck", Body = "It is.", Category = MessageCategory.Blocked, Action = "Look", Urgency = Urgency.High, Issue = issue },
            fred)).Value;

        _clock.Jump(Day);

        // Before anything was written, and after.
        for (var i = 0; i < 2; i++)
        {
            Assert.Null((await Run(at, CheckLease.Operation, new() { Token = held.Token }, dave)).Error);
            Assert.Equal("scope_held", (await Run(at, Reserve.Operation, new() { Scopes = ["src/a.cs"] }, fred)).Error?.Code);
            Assert.Equal("slot_full", (await Run(at, AcquireSlot.Operation, new() { Slot = "gpu" }, fred)).Error?.Code);
            Assert.NotNull((await Run(at, ClaimIssue.Operation, new() { IssueId = issue }, fred)).Error);
            Assert.Equal(Presence.Online, (await Run(at, ShowAgent.Operation, new() { Agent = "dave/vc" }, fred)).Value.Presence);
            await new LeaseWatch(store).Tell(World.Stop);
            Assert.Equal(0, await new Deadlines(store).Tell(World.Stop));
            Assert.Null((await Run(at, Heartbeat.Operation, new(), fred)).Error);
        }
        Assert.Empty(await Told(store, "lease.expired"));
        Assert.Equal(_clock.GetUtcNow(), store.Clock.GetUtcNow());
        Assert.Equal(sent.AckBy + Day, (await Run(at, ReadMessage.Operation, new() { MessageId = sent.MessageId }, dave)).Value.AckBy);

        // What was left of them is left of them.
        _clock.Pass(TimeSpan.FromMinutes(29));
        Assert.Null((await Run(at, CheckLease.Operation, new() { Token = held.Token }, dave)).Error);
        Assert.Equal(0, await new Deadlines(store).Tell(World.Stop));
        _clock.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal("lease_over", (await Run(at, CheckLease.Operation, new() { Token = held.Token }, dave)).Error?.Code);
        Assert.Equal(1, await new Deadlines(store).Tell(World.Stop));
        Assert.Null((await Run(at, Reserve.Operation, new() { Scopes = ["src/a.cs"] }, fred)).Error);
    }

    [Fact]
    public async Task What_was_over_is_not_revived()
    {
        var at = Open();
        await using var store = at.Store;
        var (dave, fred) = (await Register(at, "dave"), await Register(at, "fred"));
        var held = (await Run(at, Reserve.Operation, new() { Scopes = ["src/**"], TtlSeconds = 60 }, dave)).Value;
        _clock.Pass(TimeSpan.FromMinutes(11));
        _clock.Jump(Day);

        Assert.Null((await Run(at, Reserve.Operation, new() { Scopes = ["src/**"] }, fred)).Error);
        Assert.Equal(Presence.Stale, (await Run(at, ShowAgent.Operation, new() { Agent = "dave/vc" }, fred)).Value.Presence);
        Assert.Equal("lease_over", (await Run(at, CheckLease.Operation, new() { Token = held.Token }, dave)).Error?.Code);
    }

    [Fact]
    public async Task No_reader_ever_sees_it_over()
    {
        var at = Open();
        await using var store = at.Store;
        var dave = await Register(at, "dave");
        var held = (await Run(at, Reserve.Operation, new() { Scopes = ["src/**"], TtlSeconds = 1800 }, dave)).Value;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(World.Stop);
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var looks = 0;
            for (; !enough.IsCancellationRequested; looks++)
            {
                Assert.Null((await Run(at, CheckLease.Operation, new() { Token = held.Token }, dave)).Error);
            }
            return looks;
        }, World.Stop)).ToList();
        for (var i = 0; i < 30; i++)
        {
            _clock.Jump(Day);
            Assert.Null((await Run(at, Heartbeat.Operation, new(), dave)).Error);
        }
        await enough.CancelAsync();
        Assert.All(await Task.WhenAll(readers), looks => Assert.NotEqual(0, looks));
        Assert.Equal(_clock.GetUtcNow(), store.Clock.GetUtcNow());
    }

    [Fact]
    public async Task Set_back_and_started_again_a_server_goes_on_from_where_it_was_set_ahead_to()
    {
        var at = Open();
        await using (at.Store)
        {
            var dave = await Register(at, "dave");
            await Run(at, Reserve.Operation, new() { Scopes = ["src/**"], TtlSeconds = 1800 }, dave);
            _clock.Jump(Day);
            // It is no event of the log: only that the clock was set ahead says what time it was.
            Assert.Null((await Run(at, Heartbeat.Operation, new(), dave)).Error);
        }
        _clock.Jump(-Day);
        at = Open();
        await using var again = at.Store;
        Assert.Equal(_clock.GetUtcNow() + Day, again.Clock.GetUtcNow());
        var fred = await Register(at, "fred");
        _clock.Pass(TimeSpan.FromMinutes(61));
        Assert.Null((await Run(at, Reserve.Operation, new() { Scopes = ["src/**"] }, fred)).Error);
    }

    /// <summary>Of every time that the database keeps somebody has said whether it is measured from now.</summary>
    [Fact]
    public async Task Every_time_that_is_kept_is_moved_or_is_a_date()
    {
        string[] dates =
        [
            "agent_sessions.ended_at", "agent_sessions.started_at", "agents.left_at", "agents.online_since", "agents.registered_at", "deliveries.acked_at", "deliveries.delivered_at",
            "deliveries.overdue_at", "deliveries.read_at", "deliveries.taken_at", "delivery_reads.read_at", "everyone.overdue_at", "everyone_states.acked_at", "everyone_states.delivered_at",
            "everyone_states.read_at", "events.at", "idempotency_keys.at",
            "issues.claimed_at", "issues.closed_at", "issues.created_at", "issues.updated_at", "keys.created_at", "keys.expires_at",
            "keys.revoked_at", "lease_waits.asked_at", "leases.acquired_at", "leases.ended_at", "leases.renewed_at", "messages.created_at",
            "projects.created_at", "schema_migrations.at",
        ];
        var at = Open();
        await using var store = at.Store;
        var kept = (await store.Read<List<string>>(
            Caller.System,
            async (session, _) => await session.Query(
                """
                SELECT t.name || '.' || c.name AS column_name FROM sqlite_master t, pragma_table_info(t.name) c
                WHERE t.type = 'table' AND c.type = 'INTEGER' AND (c.name IN ('at', 'ack_by') OR c.name LIKE '%\_at' ESCAPE '\' OR c.name LIKE '%\_until' ESCAPE '\' OR c.name LIKE '%\_since' ESCAPE '\')
                """,
                row => row.Text("column_name")),
            World.Stop)).Value;
        Assert.Equal(
            dates.Concat(Catalog.Running.Select(running => $"{running.Table}.{running.Column}")).Order(StringComparer.Ordinal),
            kept.Order(StringComparer.Ordinal));
    }

    private Dispatcher Open() => new(SqliteStore.Open(_folder["wigwag.db"], wall: _clock), FileBlobs.Open(_folder["blobs"]));

    private static async Task<Caller> Register(Dispatcher at, string name) =>
        World.As((await Run(at, RegisterAgent.Operation, World.Clone(World.Vc, $"/src/{name}/vc", name), World.Local)).Value);

    private static async Task<List<string>> Told(IStore store, string kind) => (await store.Read<List<string>>(
        Caller.System,
        async (session, _) => await session.Query("SELECT fact FROM events WHERE kind = @kind", row => row.Text("fact"), ("kind", kind)),
        World.Stop)).Value;

    private static async Task<Result<TAnswer>> Run<TRequest, TAnswer>(
        Dispatcher at, Operation<TRequest, TAnswer> operation, TRequest request, Caller caller)
        where TRequest : class
        where TAnswer : class =>
        await at.Run(operation, request, caller, cancel: World.Stop);
}
