using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Slots;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Storage.Blobs;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Faults.Simulation;

/// <summary>The real operations on the real store, with agents of two projects and a clock that the simulation moves.</summary>
internal sealed class Town : IAsyncDisposable
{
    public const int Actors = 5;

    // On memory, where the machine has it: what is simulated is not the disk.
    private static readonly string Memory = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    // The file itself and its write-ahead log; the rest is made anew.
    private static readonly string[] Files = ["", "-wal", ".mark"];

    private static readonly string[] Slots = ["build", Invariants.WideSlot];

    private readonly string _folder = Path.Combine(Memory, $"wigwag-simulation-{Environment.ProcessId}-{Guid.NewGuid():n}");
    private readonly SimulatedClock _clock = new();
    private readonly List<Caller> _actors = [];
    private readonly List<(string Key, Caller By, Operation Operation, object Request, object? Answer)> _asked = [];
    private readonly List<MessageId> _messages = [];
    private readonly List<IssueId> _issues = [];
    private readonly List<LeaseId> _leases = [];
    private readonly Invariants _invariants = new();
    private FaultyStore _store = null!;
    private bool _isNew;
    private Dispatcher _dispatcher = null!;
    private int _life;

    public static async Task<Town> Found()
    {
        var town = new Town();
        town.Open();
        foreach (var (workspace, project) in new[] { ("dave", "vc"), ("fred", "vc"), ("main", "beads"), ("fix", "beads"), ("late", "beads") })
        {
            var local = new Caller { Credential = "local", Role = Role.Administrator };
            var agent = (await town._dispatcher.Run(
                RegisterAgent.Operation,
                new() { Agent = $"{workspace}/{project}", Project = $"github.com/sim/{project}", OperatorName = "Ann Lee", OperatorEmail = "ann@example.org" },
                local)).Value;
            town._actors.Add(local with { Agent = agent.AgentId, Project = agent.Project, Operator = agent.Operator });
        }
        return town;
    }

    /// <summary>Lets everything of a plan happen; what went wrong first, or null.</summary>
    public async Task<string?> Play(IReadOnlyList<Step> plan)
    {
        for (var i = 0; i < plan.Count;)
        {
            // Steps that happen together: each is begun before the one ahead of it has ended.
            var together = 1;
            var since = _clock.GetTimestamp();
            while (together < 4 && i + together < plan.Count && plan[i + together - 1].WithNext && IsCommand(plan[i + together - 1]) && IsCommand(plan[i + together]))
            {
                together++;
            }
            var wrong = await Task.WhenAll(plan.Skip(i).Take(together).Select(Happen));
            if (wrong.FirstOrDefault(each => each is not null) is { } first)
            {
                return first;
            }
            if (await _invariants.Broken(_store, _isNew ? null : _clock.GetElapsedTime(since)) is { } broken)
            {
                return $"after step {plan[i + together - 1].Number}: {broken}";
            }
            _isNew = false;
            i += together;
        }
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static bool IsCommand(Step step) => step.What < Happening.CheckDeadlines;

    private async Task<string?> Happen(Step step)
    {
        switch (step.What)
        {
            case Happening.TimePasses:
                await Settle();
                _clock.Pass(TimeSpan.FromSeconds(1 + (step.A % 3000)));
                return null;
            case Happening.ClockJumps:
                await Settle();
                _clock.Jump(TimeSpan.FromMinutes((step.A % 240) - 120));
                return null;
            case Happening.Restart:
                await _store.DisposeAsync();
                Open();
                return null;
            case Happening.PowerCut:
                await CutPower();
                return null;
            case Happening.CheckDeadlines:
                await new Deadlines(_store).Tell(CancellationToken.None);
                await new LeaseWatch(_store).Tell(CancellationToken.None);
                return null;
            case Happening.RepeatEarlier:
                return await Repeat(step);
            default:
                return Asked(step) is var (operation, request) ? await Ask(step, operation, request) : null;
        }
    }

    /// <summary>The command that a step stands for, or null where there is nothing yet that it could be about.</summary>
    private (Operation Operation, object Request)? Asked(Step step)
    {
        var to = _actors[step.A % Actors].Agent!.Value.Value;
        MessageId? message = _messages.Count == 0 ? null : _messages[step.A % _messages.Count];
        IssueId? issue = _issues.Count == 0 ? null : _issues[step.A % _issues.Count];
        IssueId? other = _issues.Count == 0 ? null : _issues[step.B % _issues.Count];
        LeaseId? held = _leases.Count == 0 ? null : _leases[step.A % _leases.Count];
        var text = $"step {step.Number}";
        return (step.What, message, issue, other) switch
        {
            (Happening.Send, _, _, _) => (SendMessage.Operation, new SendMessageRequest
            {
                To = (step.B % 4) switch { 0 => "vc", 1 => "beads", 2 => "all/beads", _ => to },
                Subject = text,
                Body = text,
                Issue = step.C % 3 == 0 ? issue : null,
                Category = step.C % 5 == 0 ? MessageCategory.Blocked : MessageCategory.Info,
                Action = "Look at it.",
                Urgency = Urgency.Normal,
            }),
            (Happening.Reply, { } about, _, _) => (ReplyToMessage.Operation, new ReplyToMessageRequest { MessageId = about, Body = text }),
            (Happening.Read, { } about, _, _) => (ReadMessage.Operation, new MessageReference { MessageId = about }),
            (Happening.Acknowledge, { } about, _, _) => (AcknowledgeMessage.Operation, new MessageReference { MessageId = about }),
            (Happening.Take, { } about, _, _) => (TakeMessage.Operation, new MessageReference { MessageId = about }),
            (Happening.CreateIssue, _, _, _) => (CreateIssue.Operation, new CreateIssueRequest { Title = text, Priority = step.B % 5 }),
            (Happening.Claim, _, { } about, _) => (ClaimIssue.Operation, new ClaimIssueRequest { IssueId = about }),
            (Happening.Unclaim, _, { } about, _) => (UnclaimIssue.Operation, new UnclaimIssueRequest { IssueId = about }),
            (Happening.Close, _, { } about, _) => (CloseIssue.Operation, new CloseIssueRequest { IssueId = about, Reason = text }),
            (Happening.Reopen, _, { } about, _) => (ReopenIssue.Operation, new ReopenIssueRequest { IssueId = about }),
            (Happening.Comment, _, { } about, _) => (CommentIssue.Operation, new CommentIssueRequest { IssueId = about, Body = text }),
            (Happening.Depend, _, { } about, { } on) => (DependIssue.Operation, new DependIssueRequest { IssueId = about, DependsOn = on }),
            (Happening.Undepend, _, { } about, { } on) => (UndependIssue.Operation, new UndependIssueRequest { IssueId = about, DependsOn = on }),
            (Happening.Reserve, _, _, _) => (Reserve.Operation, new ReserveRequest
            {
                Scopes = [.. new[] { step.A, step.B }.Take(1 + (step.C % 2)).Select(at => Paths.Scopes[at % Paths.Scopes.Count]).Distinct()],
                Shared = step.C % 3 == 0,
                Partial = step.C % 5 == 0,
                TtlSeconds = 60 + (step.C % 3600),
            }),
            (Happening.Release, _, _, _) => (Release.Operation, new ReleaseRequest { Scopes = step.B % 3 == 0 ? null : [Paths.Scopes[step.A % Paths.Scopes.Count]] }),
            (Happening.Renew, _, _, _) => (Renew.Operation, new RenewRequest { Scopes = step.B % 3 == 0 ? null : [Paths.Scopes[step.A % Paths.Scopes.Count]] }),
            (Happening.Transfer, _, _, _) => (TransferLease.Operation, new TransferLeaseRequest { To = to, Scopes = step.B % 3 == 0 ? null : [Paths.Scopes[step.B % Paths.Scopes.Count]] }),
            (Happening.ForceRelease, _, _, _) when held is { } lease => (ForceRelease.Operation, new ForceReleaseRequest { LeaseId = lease, Reason = text }),
            (Happening.DefineSlot, _, _, _) => (DefineSlot.Operation, new DefineSlotRequest { Slot = Invariants.WideSlot, Capacity = Invariants.Places }),
            (Happening.AcquireSlot, _, _, _) => (AcquireSlot.Operation, new AcquireSlotRequest { Slot = Slots[step.A % Slots.Length], TtlSeconds = 60 + (step.C % 3600) }),
            (Happening.ReleaseSlot, _, _, _) => (ReleaseSlot.Operation, new ReleaseSlotRequest { Slot = Slots[step.A % Slots.Length] }),
            (Happening.Heartbeat, _, _, _) => (Heartbeat.Operation, new HeartbeatRequest()),
            (Happening.Goodbye, _, _, _) => (Goodbye.Operation, new GoodbyeRequest()),
            _ => null,
        };
    }

    private async Task<string?> Ask(Step step, Operation operation, object request)
    {
        var (caller, key) = (_actors[step.Actor], $"key-{step.Number}");
        using var givenUp = new CancellationTokenSource();
        if (step.Mishap == Mishap.GivenUp)
        {
            await givenUp.CancelAsync();
        }
        var result = await Run(step.Mishap, operation, request, caller, key, givenUp.Token);
        if (result is null || result.Value.Error?.Kind == ErrorKind.Unavailable)
        {
            if (step.Mishap == Mishap.None)
            {
                return $"{step}: nothing went wrong, and it was refused: {result?.Error?.Message}";
            }
            // Whoever was told nothing asks again, with the same key.
            result = await Run(Mishap.None, operation, request, caller, key, CancellationToken.None);
        }
        var answer = result!.Value.Error is null ? result.Value.Value : null;
        _asked.Add((key, caller, operation, request, answer));
        switch (answer)
        {
            case Message message when step.What is Happening.Send or Happening.Reply:
                _messages.Add(message.MessageId);
                break;
            case Issue issue when step.What is Happening.CreateIssue:
                _issues.Add(issue.IssueId);
                break;
            case Reserved reserved:
                _leases.AddRange(reserved.Granted.Select(lease => lease.LeaseId));
                break;
            case SlotPlace place:
                _leases.Add(place.Lease.LeaseId);
                break;
        }
        return null;
    }

    // Signs of life are noted behind an answer: no transaction lasts for as long as time is made to pass here.
    private async Task Settle() => await _store.Write<string>(Caller.System, (_, _) => ValueTask.FromResult<Result<string>>("settled"), CancellationToken.None);

    private async Task<string?> Repeat(Step step)
    {
        if (_asked.Count == 0)
        {
            return null;
        }
        var (key, caller, operation, request, answer) = _asked[step.A % _asked.Count];
        var before = await Invariants.Events(_store);
        var again = (await Run(Mishap.None, operation, request, caller, key, CancellationToken.None))!.Value;
        return answer is null || (again.Error is null && await Invariants.Events(_store) == before)
            ? null
            : $"{step}: the repeat of {operation.Name} under {key} did something or was refused: {again.Error?.Message}";
    }

    // Null for one that was given up.
    private async Task<Result<object>?> Run(Mishap mishap, Operation operation, object request, Caller caller, string key, CancellationToken cancel)
    {
        _store.Let(mishap);
        try
        {
            return await _dispatcher.Run(operation, request, caller, key, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            _store.Let(Mishap.None);
        }
    }

    private string Database => Path.Combine(_folder, $"{_life}", "wigwag.db");

    private void Open()
    {
        _isNew = true;
        _store = new(SqliteStore.Open(Database, wall: _clock));
        _dispatcher = new(_store, FileBlobs.Open(Path.Combine(_folder, "blobs")));
    }

    /// <summary>Goes on from a copy of the files as they are now, as after a power cut, and not from what an orderly end would leave.</summary>
    private async Task CutPower()
    {
        var from = Database;
        _life++;
        Directory.CreateDirectory(Path.GetDirectoryName(Database)!);
        // By another program: the class library asks for a lock of its own, which the store's excludes.
        var parts = Files.Select(part => from + part).Where(File.Exists);
        using (var copy = System.Diagnostics.Process.Start("cp", [.. parts, Path.GetDirectoryName(Database)!]))
        {
            await copy.WaitForExitAsync();
            Assert.Equal(0, copy.ExitCode);
        }
        await _store.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(from)!, recursive: true);
        Open();
    }
}
