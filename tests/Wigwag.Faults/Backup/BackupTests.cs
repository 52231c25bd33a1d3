using Wigwag.Faults.Harness;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Faults.Backup;

/// <summary>I20: a backup that is taken under load holds everything that was answered before it, whole.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wigwag-faults-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_backup_under_load_restores_to_a_whole_store()
    {
        var cancel = TestContext.Current.CancellationToken;
        var home = Path.Combine(_folder, "home");
        var file = Path.Combine(_folder, "journal");
        var backups = Scale.Of(4, 50);
        var marks = new List<int>();
        using (var enough = new CancellationTokenSource())
        {
            await using var server = await ServerProcess.Start(home);
            await using var journal = new Journal(file);
            var crew = new Crew(8, journal, $"{Scale.Seed:x}");
            await crew.Enlist(server);
            var working = crew.Work(server, enough.Token);
            for (var i = 0; i < backups; i++)
            {
                marks.Add(journal.Ended);
                var run = await CommandLine.Run(home, "backup", Path.Combine(_folder, $"{i}.backup"));
                Assert.True(run.ExitCode == 0, run.Complaint);
            }
            await enough.CancelAsync();
            await working;
        }

        var all = await Journal.Read(file);
        for (var i = 0; i < backups; i++)
        {
            var restored = Path.Combine(_folder, $"restored-{i}");
            var run = await CommandLine.Run(restored, "restore", Path.Combine(_folder, $"{i}.backup"));
            Assert.True(run.ExitCode == 0, run.Complaint);
            await using var store = SqliteStore.Open(Path.Combine(restored, "wigwag.db"));
            // What ended after the backup began may be in it or not.
            var violations = await Checker.Violations(store, [.. all.Select((each, at) => at < marks[i] ? each : each with { Ending = Ending.Unknown })], cancel);
            Assert.True(violations.Count == 0, $"backup {i} of {backups}, {violations.Count} violations:\n{string.Join('\n', violations.Take(20))}");
        }
        Scale.Tell("I20", $"{backups} backups during {all.Count} commands, each restored: everything answered before it, 0 torn, 0 twice");
    }
}
