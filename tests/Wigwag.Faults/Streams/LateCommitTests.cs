using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Faults.Harness;

namespace Wigwag.Faults.Streams;

/// <summary>I8: a commit that takes long, between the place it was given in the log and its end, is skipped by no reader.</summary>
public sealed class LateCommitTests
{
    [Fact]
    public async Task A_reader_is_told_of_what_was_committed_late_and_of_all_that_was_committed_meanwhile()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var ground = await Ground.Of(Engine.Postgres);
        var rounds = Scale.Of(1, 20);
        await using var server = await ground.Start();
        using var mailer = await Mailer.On(server);
        await using var follower = new Follower(ground.Home, "message.sent");
        await using var store = await ground.Open();
        var sent = 0;
        for (var round = 0; round < rounds; round++)
        {
            var (begun, end) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
            var late = store.Write<int>(Caller.System, async (session, _) =>
            {
                var written = await session.ExecuteCounted(
                    "INSERT INTO events (project, at, kind, subject, fact) VALUES (@project, @at, 'message.sent', @subject, '{}')",
                    ("project", ProjectId.Parse(Crew.Project)),
                    ("at", session.Now),
                    ("subject", $"late-{round}"));
                begun.TrySetResult();
                await end.Task;
                return written;
            }, cancel).AsTask();
            await begun.Task.WaitAsync(ServerProcess.Patience, cancel);
            using var held = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            do
            {
                _ = (await mailer.Send($"{sent}")).Value;
                sent++;
            }
            while (!held.IsCancellationRequested);
            end.SetResult();
            Assert.Null((await late).Error);
        }
        var told = await follower.Until(sent + rounds);
        Assert.Equal(sent + rounds, told.Distinct().Count());
        Assert.Equal(await Checker.Sent(store, cancel), told);
        Scale.Tell("I8", Engine.Postgres, $"{rounds} commits held open for 2 s after they had their place in the log, {sent} others meanwhile: a reader of the stream was told of all, 0 skipped, 0 repeated, 0 out of order");
    }
}
