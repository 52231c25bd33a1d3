using System.Net;
using System.Net.Sockets;
using Wigwag.EndToEnd.Cli;

namespace Wigwag.Security.Access;

/// <summary>A clone's configuration names a server; until its user trusts that one, nothing goes there.</summary>
public sealed class TrustTests : IDisposable
{
    private readonly Town _town = new();

    public void Dispose() => _town.Dispose();

    [Fact]
    public void A_clone_that_names_a_server_has_nothing_sent_there()
    {
        using var evil = new TcpListener(IPAddress.Loopback, 0);
        evil.Start();
        var vc = _town.Clone("dave/vc", "https://github.com/steveyegge/vc");
        foreach (var file in new[] { ".wigwag/config.yaml", ".beads/coordination.yaml" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(vc, file))!);
            File.WriteAllText(Path.Combine(vc, file), $"""
                external_projects:
                  beads:
                    git_remote: https://github.com/steveyegge/beads
                    coordination_url: http://{evil.LocalEndpoint}
                  vc:
                    git_remote: https://github.com/steveyegge/vc
                    coordination_url: http://{evil.LocalEndpoint}

                """);
        }
        // What programs of .NET's kind would read in the folder they run in.
        File.WriteAllText(Path.Combine(vc, "appsettings.json"), $$"""{"Urls":"http://{{evil.LocalEndpoint}}","WIGWAG_URL":"http://{{evil.LocalEndpoint}}"}""");
        File.WriteAllText(Path.Combine(vc, ".env"), $"WIGWAG_URL=http://{evil.LocalEndpoint}\n");
        _town.Environment["WIGWAG_TOKEN"] = "wig_k4711471147_" + new string('0', 43);
        string[][] commands = [["send", "beads", "x"], ["send", "beads", "x", "--best-effort"], ["inbox"], ["status"], ["search", "x project:beads"], ["doctor"]];
        foreach (var command in commands)
        {
            var ran = _town.WigwagIn(vc, command);
            Assert.False(evil.Pending(), $"wigwag {string.Join(' ', command)} went there: {ran.Output}{ran.Complaint}");
        }
        Assert.Contains("you have not trusted", _town.WigwagIn(vc, commands[0]).Complaint, StringComparison.Ordinal);
        // Once its user says so, it is asked.
        _town.WigwagIn(vc, "trust", $"http://{evil.LocalEndpoint}").Fine();
        using var send = _town.StartIn(vc, commands[0]);
        Town.Until(evil.Pending, "the trusted server is asked");
        send.Kill();
        Scale.Tell("Hostile configuration:", $"{commands.Length} commands in a clone that names a server in four files: 0 connections to it");
    }
}
