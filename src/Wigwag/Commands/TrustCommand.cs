using Wigwag.Core.Operations;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Commands;

/// <summary><c>wigwag trust</c></summary>
internal static class TrustCommand
{
    public static readonly Command Command = new()
    {
        Words = "trust",
        Title = "Let commands be sent to a server elsewhere",
        Description = "Lets commands be sent to a server that a repository's configuration names by coordination_url. No command and no token goes to a "
            + "server that you have not trusted, whatever a repository says. The token is read from a file or standard input, never from the command line.",
        Example = "wigwag trust https://wigwag.example.org --token-file ~/wigwag.token",
        Fields =
        [
            new() { Name = "url", Option = "url", Position = 0, IsRequired = true, Description = "The server's address, http or https." },
            new() { Name = "token_file", Option = "token-file", Description = "A file that holds your token for it, or - for standard input." },
        ],
        Run = Run,
    };

    private static int Run(CommandLine line)
    {
        line.Require();
        var url = line.Value("url")!;
        ServerAddress.Parse(url, "<url>");
        var token = line.Value("token_file") switch
        {
            null => null,
            "-" => Console.In.ReadToEnd().Trim(),
            var file => File.ReadAllText(file).Trim(),
        };
        if (token is not null && (token.Length == 0 || token.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))))
        {
            throw new Refusal(Error.Invalid("bad_token", "That is not a token.", "Give a file that holds the token and nothing else."));
        }
        TrustedServers.Add(Home.FromEnvironment(), url.TrimEnd('/'), token);
        if (!line.IsQuiet && !line.IsJson)
        {
            new Terminal(noColor: true).Line($"Commands for {Value.OneLine(url)} may be sent there now.").Flush();
        }
        return ExitCode.Ok;
    }
}
