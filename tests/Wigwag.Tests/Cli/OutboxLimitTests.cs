using System.Text;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Cli;

/// <summary>What the outbox takes, and what a command that was killed in the middle leaves in it.</summary>
public sealed class OutboxLimitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private Outbox Outbox => Outbox.Of(new Home(_folder["home"]));

    private static Kept Command(string subject) =>
        new(null, "dave/vc", null, DateTimeOffset.UtcNow, new() { Method = "POST", Target = "/v1/issues", Body = Encoding.UTF8.GetBytes(subject) });

    [Fact]
    public void It_is_full_after_so_many_commands_and_says_so()
    {
        Outbox.Keep(Command("first"), []);
        for (var number = 2; number <= Outbox.MostCommands; number++)
        {
            File.WriteAllText(_folder[$"home/outbox/{number:d12}.json"], "{}");
        }
        var refusal = Assert.Throws<Refusal>(() => Outbox.Keep(Command("one more"), []));
        Assert.Equal("outbox_full", refusal.Error.Code);
        File.Delete(_folder["home/outbox/000000000500.json"]);
        Assert.Equal($"{Outbox.MostCommands + 1}", Outbox.Keep(Command("one more"), []));
    }

    [Fact]
    public void It_is_full_after_so_many_bytes()
    {
        Outbox.Keep(Command("first"), []);
        using (var large = File.Create(_folder["home/outbox/000000000001.x.file"]))
        {
            large.SetLength(Outbox.MostBytes);
        }
        Assert.Equal("outbox_full", Assert.Throws<Refusal>(() => Outbox.Keep(Command("second"), [])).Error.Code);
        Assert.Single(Outbox.All().Commands);
    }

    [Fact]
    public void What_a_killed_command_left_goes_with_the_next_and_nothing_else()
    {
        Outbox.Keep(Command("first"), [new("a", [1, 2, 3])]);
        File.WriteAllText(_folder["home/outbox/000000000002.b.file"], "of no command");
        File.WriteAllText(_folder["home/outbox/000000000002.json.77.wigwag"], "half a comm");
        File.WriteAllText(_folder["home/outbox/000000000003.json"], "not one of ours");
        Assert.Equal("4", Outbox.Keep(Command("second"), []));
        Assert.Equal(
            ["000000000001.a.file", "000000000001.json", "000000000003.json", "000000000004.json", "lock"],
            Directory.EnumerateFiles(_folder["home/outbox"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var (commands, unreadable) = Outbox.All();
        Assert.Equal(["1", "4"], commands.Select(kept => kept.Id));
        Assert.EndsWith("000000000003.json", Assert.Single(unreadable), StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], Outbox.Content(commands[0], "a"));
    }

    public void Dispose() => _folder.Dispose();
}
