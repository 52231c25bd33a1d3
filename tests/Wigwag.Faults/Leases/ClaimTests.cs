using System.Diagnostics;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Faults.Harness;

namespace Wigwag.Faults.Leases;

/// <summary>I7: whatever becomes of those who work, each item is done once, and none is left lying.</summary>
public sealed class ClaimTests
{
    private const int Workers = 32;
    private const int Killed = Workers * 3 / 10;
    private const int Stopped = 2;

    // A claim lasts ten minutes of the server's clock: ten seconds, when it goes so fast.
    private const int Rate = 60;

    private sealed class Worker(string socket, AgentId agent, int milliseconds) : IDisposable
    {
        public AgentId Agent => agent;

        public ClientProcess Process { get; } = new("work", socket, agent.Value, $"{milliseconds}");

        public List<(string Word, string Issue, long Token, long At)> Said { get; } = [];

        /// <summary>What it holds, when it was held still or killed.</summary>
        public string? Left { get; set; }

        public long LeftAt { get; set; }

        public void Dispose() => Process.Dispose();
    }

    [Theory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.Postgres)]
    public async Task Every_item_is_done_once_whoever_dies_at_work(Engine engine)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var ground = await Ground.Of(engine);
        var items = engine == Engine.Sqlite ? Scale.Of(150, 10_000) : Scale.Of(80, 3000);
        var clock = engine == Engine.Sqlite ? new ServerClock(ground.Folder, passes: true) : null;
        clock?.Set(TimeSpan.Zero, Rate);
        await using (var server = await ground.Start(clock?.Environment))
        {
            await ground.Enlist(Enumerable.Range(0, Workers).Select(i => AgentId.Parse($"k{i}/faults")));
            using var administrator = ground.Client();
            for (var i = 0; i < items; i++)
            {
                _ = (await administrator.Call(CreateIssue.Operation, new() { Project = Crew.Project, Title = $"{i}" }, cancel: cancel)).Value;
            }
            var workers = Enumerable.Range(0, Workers).Select(i => new Worker(ground.Socket, AgentId.Parse($"k{i}/faults"), milliseconds: 40)).ToList();
            try
            {
                var chance = new Random(Scale.Seed);
                // Some say how much they do before they are killed or held still in the middle of the next.
                await Task.WhenAll(workers.Select((worker, i) => Task.Run(() => Follow(worker, i < Killed + Stopped ? chance.Next(1, 3) : int.MaxValue, isKilled: i < Killed))));
            }
            finally
            {
                workers.ForEach(worker => worker.Dispose());
            }
            Check(workers);

            async Task Follow(Worker worker, int patience, bool isKilled)
            {
                var isAway = false;
                while (true)
                {
                    using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                    soon.CancelAfter(TimeSpan.FromMilliseconds(500));
                    (string Line, long At)? heard;
                    try
                    {
                        heard = await worker.Process.Hear(soon.Token);
                    }
                    catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
                    {
                        if (isAway && Taken(worker, workers) is not null)
                        {
                            worker.Process.Continue();
                        }
                        else if (await IsDone())
                        {
                            return;
                        }
                        continue;
                    }
                    if (heard is not { } said)
                    {
                        return;
                    }
                    if (said.Line.Split(' ') is not [var word, var issue, var token, ..])
                    {
                        continue;
                    }
                    isAway = false;
                    lock (worker.Said)
                    {
                        worker.Said.Add((word, issue, long.Parse(token, null), said.At));
                    }
                    if (word == "claimed" && --patience == 0)
                    {
                        (isAway, worker.Left, worker.LeftAt) = (true, issue, Stopwatch.GetTimestamp());
                        if (isKilled)
                        {
                            worker.Process.Kill();
                        }
                        else
                        {
                            await worker.Process.Pause(cancel);
                        }
                        if (clock is null)
                        {
                            using var watcher = ground.Client(worker.Agent);
                            Assert.Null((await watcher.Call(Goodbye.Operation, new(), cancel: cancel)).Error);
                        }
                    }
                }
            }

            async Task<bool> IsDone()
            {
                var done = workers.Sum(worker =>
                {
                    lock (worker.Said)
                    {
                        return worker.Said.Count(each => each.Word == "closed");
                    }
                });
                // One that was killed or held still may not have said that it had closed its last.
                return done >= items - Killed - Stopped
                    && (await administrator.Call(ListReadyIssues.Operation, new() { Project = Crew.Project, Limit = 1 }, cancel: cancel)).Value.Issues.Count == 0
                    && (await administrator.Call(ListIssues.Operation, new() { Project = Crew.Project, Status = IssueStatus.InProgress, Limit = 1 }, cancel: cancel)).Value.Issues.Count == 0;
            }
        }

        void Check(List<Worker> workers)
        {
            var said = workers.SelectMany(worker => worker.Said.Select(each => (worker.Agent, each.Word, each.Issue, each.Token, each.At))).ToList();
            var claims = said.Where(each => each.Word == "claimed").ToLookup(each => each.Issue);
            var closed = said.Where(each => each.Word == "closed").ToLookup(each => each.Issue);
            Assert.All(closed, each => Assert.True(each.Count() == 1, $"{each.Key} was done {each.Count()} times"));
            Assert.All(closed, each => Assert.Equal(claims[each.Key].Max(claim => claim.Token), each.Single().Token));
            Assert.All(claims, each => Assert.Equal(each.Count(), each.Select(claim => claim.Token).Distinct().Count()));
            var stale = said.Where(each => each.Word == "stale").ToList();
            var late = workers.Where(worker => worker.Left is not null)
                .Select(worker => (worker, Taken: Taken(worker, workers)))
                .Where(each => each.Taken is not null)
                .Select(each => Stopwatch.GetElapsedTime(each.worker.LeftAt, each.Taken!.Value))
                .ToList();
            Assert.NotEmpty(late);
            Assert.True(late.Max() < (clock is null ? ServerProcess.Patience : TimeSpan.FromSeconds(Scale.IsLong ? 600.0 / Rate + 2 : 60)), $"One lay for {late.Max()}.");
            Scale.Tell("I7", engine, $"{items} items, {Workers} workers, {Killed} × SIGKILL and {Stopped} × SIGSTOP mid-job: each done once, none left; {stale.Count} stale completions refused, 0 taken; claimed again after {late.Max().TotalSeconds:F1} s at most{(clock is null ? " (their goodbye said by a watcher)" : $" (TTL {600 / Rate} s: 600 s of a clock that goes {Rate} times as fast)")}");
        }
    }

    /// <summary>When another claimed what this one left.</summary>
    private static long? Taken(Worker left, List<Worker> workers)
    {
        foreach (var worker in workers.Where(worker => worker != left))
        {
            lock (worker.Said)
            {
                foreach (var (word, issue, _, at) in worker.Said)
                {
                    if (word == "claimed" && issue == left.Left && at > left.LeftAt)
                    {
                        return at;
                    }
                }
            }
        }
        return null;
    }
}
