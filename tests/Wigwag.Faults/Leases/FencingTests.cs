using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases;
using Wigwag.Faults.Harness;

namespace Wigwag.Faults.Leases;

/// <summary>I6: a holder that was held still for longer than it may hold, and goes on as if it held: nothing it does is taken.</summary>
public sealed class FencingTests
{
    [Theory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.Postgres)]
    public async Task Who_was_overtaken_while_it_stood_still_is_refused_everywhere(Engine engine)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var ground = await Ground.Of(engine);
        var steps = engine == Engine.Sqlite ? Scale.Of(4, 50) : Scale.Of(2, 10);
        var holders = Enumerable.Range(0, Scale.Of(3, 20)).Select(i => AgentId.Parse($"h{i}/faults")).ToList();
        var other = AgentId.Parse("other/faults");
        // SQLite goes by the server's clock, which is let go ahead; PostgreSQL by the database's, which is waited for.
        var clock = engine == Engine.Sqlite ? new ServerClock(ground.Folder, passes: true) : null;
        var clone = ground["clone"];
        Assert.True(Shim.Run("git", "init", "-q", clone) && Shim.Run("git", "-C", clone, "remote", "add", "origin", $"https://{Crew.Project}.git"));
        var server = await ground.Start(clock?.Environment);
        var (newest, tried, rounds, kills, restores) = (0L, 0, 0, 0, 0);
        await ground.Enlist([other, .. holders]);
        var processes = holders.Select(agent => new ClientProcess("hold", agent.Value)).ToList();
        try
        {
            foreach (var process in processes)
            {
                await process.Hear("ready", cancel);
            }
            for (var step = 0; step < steps; step++)
            {
                if (step == steps / 4 && engine == Engine.Sqlite)
                {
                    var backup = await CommandLine.Run(ground.Home, "backup", ground["backup"]);
                    Assert.True(backup.ExitCode == 0, backup.Complaint);
                }
                await Round(step);
                if (step == steps / 2 && engine == Engine.Sqlite)
                {
                    await server.DisposeAsync();
                    ground.Home = ground["restored"];
                    var restore = await CommandLine.Run(ground.Home, "restore", ground["backup"]);
                    Assert.True(restore.ExitCode == 0, restore.Complaint);
                    server = await ground.Start(clock?.Environment);
                    await ground.Enlist([other, .. holders]);
                    restores++;
                }
                else if (step % 5 == 1)
                {
                    await server.Kill();
                    await server.DisposeAsync();
                    server = await ground.Start(clock?.Environment);
                    kills++;
                }
            }
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
            await server.DisposeAsync();
        }
        Scale.Tell("I6", engine, $"{rounds} rounds of SIGSTOP past the TTL, another holder, SIGCONT: 0 of {tried} stale writes taken by renew, release, close, lease check and the git guard; tokens only grew over {kills} × kill -9{(restores > 0 ? $" and {restores} restore of a backup" : "")}");

        async Task Round(int step)
        {
            using var administrator = ground.Client();
            using var overtaker = ground.Client(other);
            var issues = new List<IssueId>();
            foreach (var (process, i) in processes.Select((process, i) => (process, i)))
            {
                issues.Add((await administrator.Call(CreateIssue.Operation, new() { Project = Crew.Project, Title = $"{step}-{i}" }, cancel: cancel)).Value.IssueId);
                await process.Tell($"hold {ground.Socket} w{i}/** {issues[i]}");
            }
            var stale = new List<long>();
            foreach (var process in processes)
            {
                var held = await process.Hear("held", cancel);
                await process.Pause(cancel);
                await process.Tell("write");
                var (lease, claim) = (long.Parse(held[1], null), long.Parse(held[2], null));
                Assert.True(Math.Min(lease, claim) > newest, $"Tokens {lease} and {claim} after {newest}.");
                stale.Add(lease);
            }
            newest = Math.Max(newest, stale.Max());
            clock?.Jump(TimeSpan.FromMinutes(11));
            for (var i = 0; i < processes.Count; i++)
            {
                if (clock is null)
                {
                    // Whoever watches over a process that stands still may say goodbye for it.
                    using var watcher = ground.Client(holders[i]);
                    Assert.Null((await watcher.Call(Goodbye.Operation, new(), cancel: cancel)).Error);
                }
                var taken = (await overtaker.Call(Reserve.Operation, new() { Scopes = [$"w{i}/a.cs"], WaitSeconds = 30, TtlSeconds = 600 }, cancel: cancel)).Value.Token;
                var claimed = (await overtaker.Call(ClaimIssue.Operation, new() { IssueId = issues[i] }, cancel: cancel)).Value.ClaimToken!.Value;
                Assert.True(taken > newest && claimed > taken, $"Tokens {taken} and {claimed} after {newest}.");
                newest = claimed;
                await Outside(stale[i], taken, isGuardAsked: i == 0);
            }
            foreach (var process in processes)
            {
                process.Continue();
            }
            foreach (var process in processes)
            {
                while (await process.Hear("", cancel) is ["tried", var name, var code])
                {
                    Assert.True(code is "lease_over" or "stale_token" or "claim_lost" or "unknown_token" or "not_held", $"step {step}, at {DateTimeOffset.UtcNow + (clock?.Offset ?? TimeSpan.Zero):O}: a stale {name} was answered '{code}'; {string.Join(", ", stale)}");
                    tried++;
                }
                rounds++;
            }
            foreach (var issue in issues)
            {
                Assert.Equal(IssueStatus.InProgress, (await administrator.Call(ShowIssue.Operation, new() { IssueId = issue }, cancel: cancel)).Value.Status);
            }
            Assert.Null((await overtaker.Call(Release.Operation, new(), cancel: cancel)).Error);
        }

        // By the program and by git's hook; with the live token both let it be done.
        async Task Outside(long stale, long live, bool isGuardAsked)
        {
            Assert.NotEqual(0, (await Check(stale)).ExitCode);
            tried++;
            if (isGuardAsked)
            {
                var guarded = await Guard(stale);
                Assert.Contains("is not live", guarded.Complaint, StringComparison.Ordinal);
                Assert.NotEqual(0, guarded.ExitCode);
                Assert.Equal(0, (await Check(live)).ExitCode);
                Assert.Equal(0, (await Guard(live)).ExitCode);
                tried++;
            }
        }

        Task<Ran> Check(long token) => CommandLine.Run(ground.Home, "lease", "check", $"{token}", "--project", Crew.Project);

        Task<Ran> Guard(long token) => CommandLine.Run(ground.Home, clone, [("WIGWAG_LEASE_TOKEN", $"{token}")], "guard", "run", "pre-commit", "--as", other.Value);
    }
}
