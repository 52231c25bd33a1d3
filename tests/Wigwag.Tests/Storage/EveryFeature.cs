using Wigwag.Core.Agents;
using Wigwag.Core.Attachments;
using Wigwag.Core.Feed;
using Wigwag.Core.Issues;
using Wigwag.Core.Keys;
using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Slots;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Storage;

/// <summary>
/// A store in which every feature left rows. Whoever adds a table adds here what fills it; <see cref="EveryTableTests"/> fails for a table
/// that is empty, and for a column that no row has a value in.
/// </summary>
internal sealed class EveryFeature : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly IBlobs _blobs;
    private readonly Dispatcher _dispatcher;
    private readonly CancellationTokenSource _over = new();
    private readonly List<Task> _waiting = [];

    private EveryFeature(IStore store, IBlobs blobs) => (_store, _blobs, _dispatcher) = (store, blobs, new(store, blobs));

    /// <summary>What was sent with an attachment, and who may read it.</summary>
    public required Message Sent { get; set; }

    public required Caller Dave { get; set; }

    /// <summary>Uses every feature. Two commands still wait when it returns; they end with what is returned.</summary>
    public static async Task<EveryFeature> In(IStore store, IBlobs blobs)
    {
        var all = new EveryFeature(store, blobs) { Sent = null!, Dave = World.Local };
        await all.Fill();
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
    }

    private async Task Fill()
    {
        var dave = Dave = World.As(await Do(RegisterAgent.Operation, World.Clone(World.Vc, "/src/dave/vc", "dave") with
        {
            Program = "claude-code",
            Model = "opus",
            Role = "reviewer",
            DisplayName = "Dave's clone",
            Session = "session-1",
            ExternalProjects = [new() { Name = "parser", Project = World.Beads }],
        }));
        var main = World.As(await Do(RegisterAgent.Operation, World.Clone(World.Beads, "/src/main/beads")));
        var other = World.As(await Do(RegisterAgent.Operation, World.Clone(World.Beads, "/src/other/beads", "other")));
        await Do(UpdateAgent.Operation, new() { Status = AgentStatus.Working }, dave);
        await Do(UpdateAgent.Operation, new() { Status = AgentStatus.Working }, dave with { Session = ClientSession.Mcp("k3f9", "claude-code") });
        var bo = new Caller { Credential = "k-bo", Role = Role.Operator, Operator = "Bo <bo@example.org>", WorkspaceProof = "proof" };
        await Do(RegisterAgent.Operation, World.Clone("git@github.com:bo/own.git", "/src/bo/own", "bo"), bo);
        using var bytes = new MemoryStream("uploaded"u8.ToArray());
        await new Uploads(_store, _blobs, dave).Take(bytes, 100, World.Stop);
        await Do(AliasProject.Operation, new() { Name = "tracker", Project = "beads" });
        await Do(SetProjectPolicy.Operation, new() { Project = "beads", ReservationPolicy = ReservationPolicy.ReserveOnEdit }, main);
        var issue = await Issues(dave);
        await Mail(dave, main, other, issue);
        await Leases(dave, main, issue);
        await Do(Goodbye.Operation, new(), other);
        await Do(CreateKey.Operation, new()
        {
            Name = "laptop",
            Role = Role.Agent,
            Agent = dave.Agent,
            Operator = "Ann Lee <ann@example.org>",
            Projects = ["vc", "beads"],
            ExpiresInDays = 30,
        });
        var key = await Do(CreateKey.Operation, new() { Name = "CI", Role = Role.Reader });
        await Do(RevokeKey.Operation, new() { KeyId = key.Key.KeyId });
        await ReadLog();
        // As a writer that came back after a failure leaves it.
        await _store.Write<int>(World.Local, async (session, _) => await session.ExecuteCounted(
            "INSERT INTO meta (name, value) VALUES ('writer_reopened_at', '2026-11-26T12:00:00Z') ON CONFLICT (name) DO NOTHING"), World.Stop);
    }

    private async Task<IssueId> Issues(Caller dave)
    {
        var waits = (await Do(CreateIssue.Operation, new() { Title = "It crashes", Body = "On empty files.", Labels = ["bug"] }, dave)).IssueId;
        var first = (await Do(CreateIssue.Operation, new() { Title = "Write the test" }, dave)).IssueId;
        await Do(DependIssue.Operation, new() { IssueId = waits, DependsOn = first }, dave);
        await Do(CommentIssue.Operation, new() { IssueId = waits, Body = "Seen twice." }, dave);
        await Do(ClaimIssue.Operation, new() { IssueId = first }, dave);
        var done = (await Do(CreateIssue.Operation, new() { Title = "Read the code" }, dave)).IssueId;
        await Do(CloseIssue.Operation, new() { IssueId = done, Reason = "Read." }, dave);
        return first;
    }

    private async Task Mail(Caller dave, Caller main, Caller other, IssueId issue)
    {
        Sent = await Do(SendMessage.Operation, new()
        {
            To = "main/beads",
            Subject = "Parser crash",
            Body = "ünï ✓: the stack overflows in Parser.Next",
            Category = MessageCategory.Handoff,
            Attachments = [new() { Name = "trace.txt", Base64 = Convert.ToBase64String("at Parser.Next()"u8) }],
            Action = "Mend it",
            Urgency = Urgency.High,
            NextOwner = "main/beads",
            AckWithin = 1,
        }, dave);
        await Do(SendMessage.Operation, new() { To = "beads", Subject = "About the issue", Issue = issue }, dave);
        var everyone = await Do(SendMessage.Operation, new() { To = "all/beads", Subject = "For each of you", Category = MessageCategory.Blocked, Action = "Release it", Urgency = Urgency.High, AckWithin = 1 }, dave);
        await Do(ReadMessage.Operation, new() { MessageId = everyone.MessageId }, other);
        await Do(AcknowledgeMessage.Operation, new() { MessageId = everyone.MessageId }, main);
        await Do(CheckInbox.Operation, new(), main);
        var shared = await Do(SendMessage.Operation, new() { To = "beads", Subject = "For whoever comes", Category = MessageCategory.Request }, dave);
        await Do(ReadMessage.Operation, new() { MessageId = shared.MessageId }, other);
        await Do(TellNews.Operation, new(), main);
        await Do(TakeMessage.Operation, new() { MessageId = shared.MessageId }, main);
        // Nobody acknowledges it in time, so that the sender is told; then it is.
        while (await Count("SELECT COUNT(*) FROM deliveries WHERE overdue_at IS NOT NULL") == 0
            || await Count("SELECT COUNT(*) FROM everyone WHERE overdue_at IS NOT NULL") == 0)
        {
            await Task.Delay(50, World.Stop);
            await new Deadlines(_store).Tell(World.Stop);
        }
        await Do(AcknowledgeMessage.Operation, new() { MessageId = Sent.MessageId }, main);
        await Do(ReplyToMessage.Operation, new() { MessageId = Sent.MessageId, Body = "Mended." }, main);
        await Do(SetWakePolicy.Operation, new() { WakeOn = [WakeReason.Handoff], GatherSeconds = 5 }, dave);
    }

    private async Task Leases(Caller dave, Caller main, IssueId issue)
    {
        await Do(Reserve.Operation, new() { Scopes = ["src/parser/**"], IssueId = issue, Reason = "Rewriting it" }, dave);
        await Do(Reserve.Operation, new() { Scopes = ["docs/**"] }, dave);
        await Do(Release.Operation, new() { Scopes = ["docs/**"] }, dave);
        await Do(DefineSlot.Operation, new() { Slot = "build", Capacity = 1 }, dave);
        await Do(AcquireSlot.Operation, new() { Slot = "build" }, dave);
        _waiting.Add(_dispatcher.Run(Reserve.Operation, new() { Project = "vc", Scopes = ["src/parser/Next.cs"], WaitSeconds = 3600 }, main, cancel: _over.Token).AsTask());
        _waiting.Add(_dispatcher.Run(AcquireSlot.Operation, new() { Project = "vc", Slot = "build", WaitSeconds = 3600 }, main, cancel: _over.Token).AsTask());
        while (await Count("SELECT COUNT(*) FROM lease_waits") < _waiting.Count)
        {
            await _store.Committed().WaitAsync(World.Stop);
        }
    }

    private async Task ReadLog()
    {
        using var read = CancellationTokenSource.CreateLinkedTokenSource(World.Stop);
        await new LogReader(_store, "every-feature", (_, _) =>
        {
            read.Cancel();
            return ValueTask.CompletedTask;
        }).Run(read.Token);
    }

    private async Task<TAnswer> Do<TRequest, TAnswer>(Operation<TRequest, TAnswer> operation, TRequest request, Caller? caller = null)
        where TRequest : class
        where TAnswer : class
    {
        var result = await _dispatcher.Run(operation, request, caller ?? World.Local, operation.Effect == Effect.Command ? Guid.NewGuid().ToString() : null, World.Stop);
        Assert.True(result.Error is null, result.Error?.ToString());
        return result.Value;
    }

    private async Task<long> Count(string sql) =>
        (await _store.Read<long>(World.Local, async (session, _) => await session.Scalar(sql) ?? 0, World.Stop)).Value;
}
