using System.Collections.Concurrent;
using System.Threading.Channels;
using Wigwag.Core.Feed;
using Wigwag.Core.Issues;
using Wigwag.Core.Issues.Trackers;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Issues;

public sealed class TrackerReaderTests : IAsyncLifetime
{
    private Town _town = null!;

    public async ValueTask InitializeAsync() => _town = await Town.Open();

    public ValueTask DisposeAsync() => _town.DisposeAsync();

    [Fact(Timeout = 30_000)]
    public async Task Each_change_isCarried_in_order_over_failures_and_restarts()
    {
        await Keep("beads", _town.Main);
        var tracker = new RecordingTracker("beads") { FailsAt = number => number is 2 or 5 };
        var first = await _town.Create("first", _town.Main);
        await Following(tracker, async () =>
        {
            await _town.Claim(first, _town.Main);
            await _town.Create("not of this tracker", _town.Dave);
            await tracker.Has(2);
        });
        // While nobody follows.
        await _town.Close(first, _town.Main);
        var second = await _town.Create("second", _town.Main);
        await Following(tracker, async () =>
        {
            await _town.Depend(second, first, _town.Main);
            await tracker.HasCarried(5);
        });
        var made = (await _town.Facts()).Where(fact => fact.Project == _town.Main.Project).Select(fact => fact.Seq);
        Assert.Equal(made, tracker.Carried.Distinct());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_change_that_wasCarried_but_not_remembered_comes_again()
    {
        await Keep("beads", _town.Main);
        var tracker = new RecordingTracker("beads") { FailsAfter = number => number == 1 };
        await _town.Create("first", _town.Main);
        await Following(tracker, () => tracker.Has(2));
        Assert.Equal(2, tracker.Carried.Count);
        Assert.Single(tracker.Carried.Distinct());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_tracker_that_cannot_be_reached_holds_up_no_other()
    {
        await Keep("beads", _town.Main);
        await Keep("github", _town.Dave);
        var beads = new RecordingTracker("beads") { FailsAt = _ => true };
        var github = new RecordingTracker("github");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(World.Stop);
        var running = new TrackerReader(_town.World.Dispatcher.Store, [beads, github]).Run(stop.Token);
        await _town.Create("to beads", _town.Main);
        await _town.Create("to GitHub", _town.Dave);
        await github.Has(1);
        Assert.Empty(beads.Carried);
        await stop.CancelAsync();
        await running;
    }

    [Fact(Timeout = 30_000)]
    public async Task The_built_in_tracker_has_nothing_to_beCarried_to()
    {
        var issue = await _town.Create();
        var change = (await _town.Facts())[0];
        var project = (await _town.World.Find(null, _town.Dave)).Value;
        var tracker = new BuiltInTracker();
        Assert.Equal(project.Tracker, tracker.Name);
        await tracker.Carry(project, change, World.Stop);
        Assert.Equivalent(issue, await _town.Show(issue), strict: true);
    }

    private async Task Following(ITracker tracker, Func<Task> meanwhile)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(World.Stop);
        var running = new TrackerReader(_town.World.Dispatcher.Store, [new BuiltInTracker(), tracker]).Run(stop.Token);
        await meanwhile();
        await stop.CancelAsync();
        await running;
    }

    private async Task Keep(string tracker, Caller of) => await _town.World.Dispatcher.Store.Write<string>(Caller.System, async (session, _) =>
    {
        await session.Execute("UPDATE projects SET tracker = @tracker WHERE project = @project", ("tracker", tracker), ("project", of.Project));
        return tracker;
    }, World.Stop);

    /// <summary>Writes down what it is given, and fails before or after that as a test says.</summary>
    private sealed class RecordingTracker(string name) : ITracker
    {
        private readonly Channel<long> _told = Channel.CreateUnbounded<long>();
        private int _calls;

        public string Name => name;

        public Func<int, bool> FailsAt { get; init; } = _ => false;

        public Func<int, bool> FailsAfter { get; init; } = _ => false;

        public ConcurrentQueue<long> Carried { get; } = new();

        public ValueTask Carry(Project project, Event change, CancellationToken cancel)
        {
            var call = ++_calls;
            if (FailsAt(call))
            {
                throw new IOException("The tracker is away.");
            }
            Carried.Enqueue(change.Seq);
            _told.Writer.TryWrite(change.Seq);
            return FailsAfter(call) ? throw new IOException("The tracker broke off.") : ValueTask.CompletedTask;
        }

        /// <summary>Waits until so many changes were carried in all.</summary>
        /// <summary>Waits for so many different facts.</summary>
        public async Task HasCarried(int facts)
        {
            while (Carried.Distinct().Count() < facts)
            {
                await _told.Reader.ReadAsync(World.Stop);
            }
        }

        public async Task Has(int count)
        {
            while (Carried.Count < count)
            {
                await _told.Reader.ReadAsync(World.Stop);
            }
        }
    }
}
