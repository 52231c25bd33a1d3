using System.Collections.Concurrent;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Faults.Harness;

namespace Wigwag.Faults.States;

/// <summary>I9: what was read stays read and what was acknowledged stays so, however many do it at once and again.</summary>
public sealed class ForwardTests
{
    private const int Sessions = 8;

    private static readonly AgentId From = AgentId.Parse("from/faults");
    private static readonly AgentId[] To = [AgentId.Parse("one/faults"), AgentId.Parse("two/faults")];

    [Theory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.Postgres)]
    public async Task States_only_go_forward(Engine engine)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var ground = await Ground.Of(engine);
        var rounds = engine == Engine.Sqlite ? Scale.Of(3, 100) : Scale.Of(2, 30);
        var regressions = new ConcurrentBag<string>();
        var chance = new Random(Scale.Seed);
        var (asked, looks) = (0, 0);
        var server = await ground.Start();
        await ground.Enlist([From, .. To]);
        for (var round = 0; round < rounds; round++)
        {
            using var sender = ground.Client(From);
            var messages = new List<MessageId>();
            var issues = new List<IssueId>();
            for (var i = 0; i < 8; i++)
            {
                messages.Add((await sender.Call(SendMessage.Operation, new() { To = "all/faults", Subject = $"{round}-{i}", Body = "x" }, cancel: cancel)).Value.MessageId);
                issues.Add((await sender.Call(CreateIssue.Operation, new() { Title = $"{round}-{i}" }, cancel: cancel)).Value.IssueId);
            }
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var watching = Task.Run(() => Watch(messages, end.Token), cancel);
            var seed = chance.Next();
            var working = Task.WhenAll(Enumerable.Range(0, Sessions * To.Length).Select(i => Task.Run(() => Work(To[i % To.Length], new Random(seed + i), messages, issues, $"{round}-{i}"), cancel)));
            if (round % 3 == 1)
            {
                await Task.Delay(chance.Next(100), cancel);
                await server.Kill();
                await server.DisposeAsync();
                server = await ground.Start();
            }
            await working;
            await end.CancelAsync();
            await watching;
        }
        await server.DisposeAsync();
        await using var store = await ground.Open();
        var violations = regressions.Concat(await InLog(store, cancel)).Take(20).ToList();
        Assert.True(violations.Count == 0, $"seed {Scale.Seed}: {string.Join('\n', violations)}");
        Scale.Tell("I9", engine, $"{asked} reads, acknowledgements, closings and reopenings, each asked twice, {Sessions} sessions of one agent at once, {(rounds + 1) / 3} × kill -9; {looks} looks at the states meanwhile: 0 went back, in none of the {rounds * 8} messages and issues, nor in the log");

        async Task Work(AgentId agent, Random chance, List<MessageId> messages, List<IssueId> issues, string name)
        {
            using var client = ground.Client(agent);
            for (var i = 0; i < 24; i++)
            {
                var message = new MessageReference { MessageId = messages[chance.Next(messages.Count)] };
                var issue = issues[chance.Next(issues.Count)];
                (Operation Operation, object Request) what = chance.Next(5) switch
                {
                    0 or 1 => (ReadMessage.Operation, message),
                    2 => (AcknowledgeMessage.Operation, message),
                    3 => (CloseIssue.Operation, new CloseIssueRequest { IssueId = issue }),
                    _ => (ReopenIssue.Operation, new ReopenIssueRequest { IssueId = issue }),
                };
                var first = await Answered(what.Operation, what.Request, $"{name}-{i}");
                var again = await Answered(what.Operation, what.Request, $"{name}-{i}");
                if (first.Error is null && again.Error is not null)
                {
                    regressions.Add($"{what.Operation.Name} was done, and its repeat was refused: {again.Error.Message}");
                }
                if (first.Error is { Code: not ("already_closed" or "already_open" or "already_acked") } error)
                {
                    regressions.Add($"{what.Operation.Name} was refused: {error.Code} {error.Message}");
                }
                Interlocked.Increment(ref asked);
            }

            async Task<Result<object>> Answered(Operation operation, object request, string key)
            {
                var since = TimeProvider.System.GetTimestamp();
                while (true)
                {
                    var result = await client.Call(operation, request, new() { IdempotencyKey = key }, cancel);
                    if (result.Error?.Kind != ErrorKind.Unavailable || TimeProvider.System.GetElapsedTime(since) > ServerProcess.Patience)
                    {
                        return result;
                    }
                    await Task.Delay(20, cancel);
                }
            }
        }

        async Task Watch(List<MessageId> messages, CancellationToken end)
        {
            using var client = ground.Client(From);
            var ranks = new Dictionary<(MessageId, string), MessageState>();
            while (!end.IsCancellationRequested)
            {
                foreach (var id in messages)
                {
                    if (!(await client.Call(ShowMessage.Operation, new() { MessageId = id }, cancel: cancel)).Try(out var message, out _))
                    {
                        await Task.Delay(10, cancel);
                        continue;
                    }
                    Interlocked.Increment(ref looks);
                    foreach (var receipt in message.Recipients ?? [])
                    {
                        var was = ranks.GetValueOrDefault((id, receipt.Recipient));
                        if (receipt.State < was)
                        {
                            regressions.Add($"{id} was {was} for {receipt.Recipient} and is {receipt.State}");
                        }
                        ranks[(id, receipt.Recipient)] = receipt.State;
                    }
                }
            }
        }
    }

    // Each is read once at most, acknowledged once at most and not read after; an issue is closed and reopened in turns.
    private static async Task<IReadOnlyList<string>> InLog(Wigwag.Core.Store.IStore store, CancellationToken cancel)
    {
        var log = (await store.Read<List<(string Subject, string Kind, string Fact)>>(
            Caller.System,
            async (session, _) => await session.Query(
                "SELECT kind, subject, fact FROM events WHERE kind IN ('message.read', 'message.acked', 'issue.closed', 'issue.reopened') ORDER BY seq",
                row => (row.Text("subject"), row.Text("kind"), row.Text("fact"))),
            cancel)).Value;
        var wrong = new List<string>();
        foreach (var subject in log.GroupBy(each => each.Kind.StartsWith("issue", StringComparison.Ordinal)
            ? each.Subject
            : $"{each.Subject} {System.Text.Json.JsonDocument.Parse(each.Fact).RootElement.GetProperty("recipient").GetString()}"))
        {
            var kinds = subject.Select(each => each.Kind).ToList();
            var isRight = kinds[0].StartsWith("issue", StringComparison.Ordinal)
                ? kinds.Select((kind, i) => kind == (i % 2 == 0 ? "issue.closed" : "issue.reopened")).All(each => each)
                : kinds is ["message.read"] or ["message.acked"] or ["message.read", "message.acked"];
            if (!isRight)
            {
                wrong.Add($"the log tells of {subject.Key}: {string.Join(", ", kinds)}");
            }
        }
        return wrong;
    }
}
