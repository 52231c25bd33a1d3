using Wigwag.Faults.Harness;

namespace Wigwag.Faults.Owner;

/// <summary>I17: one process owns the database; whoever comes second is turned away or goes through the first.</summary>
public sealed class OwnerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wigwag-faults-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_second_server_is_refused_a_command_goes_through_the_first_and_the_database_stays_whole()
    {
        var home = Path.Combine(_folder, "home");
        var rounds = Scale.Of(5, 50);
        await using (var server = await ServerProcess.Start(home))
        {
            using var mailer = await Mailer.On(server);
            for (var round = 0; round < rounds; round++)
            {
                var second = await CommandLine.Run(home, "serve", "--listen", "none");
                Assert.Equal(4, second.ExitCode);
                Assert.Contains($"process {server.Id}", second.Complaint, StringComparison.Ordinal);
                Assert.Equal(4, (await CommandLine.Run(home, "project", "list", "--no-server")).ExitCode);
                Assert.Equal(0, (await CommandLine.Run(home, "project", "list")).ExitCode);
                _ = (await mailer.Send($"{round}")).Value;
            }
        }
        await using var again = await ServerProcess.Start(home);
        using var reader = await Mailer.On(again);
        Assert.Equal(Enumerable.Range(0, rounds).Select(round => $"{round}"), await reader.Sent());
        Scale.Tell("I17", $"{rounds} × a second server and a command on the database itself: each refused; {rounds} commands through the first; 0 damage");
    }
}
