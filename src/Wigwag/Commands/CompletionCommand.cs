using System.Text;
using Wigwag.Program.Cli;
using Wigwag.Program.Views;

namespace Wigwag.Program.Commands;

/// <summary><c>wigwag completion SHELL</c>, and the question that its script asks at each press of Tab.</summary>
internal static class CompletionCommand
{
    public static readonly Command Command = new()
    {
        Words = "completion",
        Title = "Print a completion script for your shell",
        Description = "Prints a script that completes commands, options and their values. Put it where your shell reads completions, or load it at once: "
            + "source <(wigwag completion bash).",
        Example = "wigwag completion bash",
        Fields = [new() { Name = "shell", Option = "shell", Position = 0, IsRequired = true, Kind = FieldKind.Choice, Choices = ["bash", "zsh", "fish"], Description = "Your shell." }],
        Run = line =>
        {
            line.Require();
            Terminal.Print(Encoding.UTF8.GetBytes(Script(line.Value("shell")!)));
            return ExitCode.Ok;
        },
    };

    /// <summary>Answers with what the last word may become, one a line; the words before it give the context.</summary>
    public static readonly Command Complete = new()
    {
        Words = "complete",
        Title = "Complete a command line",
        Description = "Prints what the last word may become, one a line.",
        Example = "wigwag complete -- issue cr",
        IsHidden = true,
        Fields = [new() { Name = "words", Option = "words", Position = 0, IsMany = true }],
        Run = line =>
        {
            var candidates = Candidates(CommandIndex.Load(), [.. line.Values("words")]);
            Terminal.Print(Encoding.UTF8.GetBytes(string.Concat(candidates.Select(candidate => candidate + "\n"))));
            return ExitCode.Ok;
        },
    };

    /// <summary>What the last of the words may become; nothing where a file or a free text is expected.</summary>
    public static IEnumerable<string> Candidates(CommandIndex index, string[] words)
    {
        var typed = words.LastOrDefault() ?? "";
        var before = words.SkipLast(1).ToArray();
        var all = index.All().Concat(ProgramCommands.All.Where(command => !command.IsHidden)).ToList();
        var plain = before.Where(word => !CommandLine.IsOption(word)).ToArray();
        var command = all.FirstOrDefault(command => plain.Length > 1 && command.Words == $"{plain[0]} {plain[1]}")
            ?? all.FirstOrDefault(command => plain.Length > 0 && command.Words == plain[0]);
        var candidates = command is null ? Words(all, plain) : Of(command, before, typed);
        return candidates.Where(candidate => candidate.StartsWith(typed, StringComparison.OrdinalIgnoreCase)).Distinct().Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Words(List<Command> all, string[] plain) => plain.Length switch
    {
        0 => all.Select(command => command.Words.Split(' ')[0]),
        1 => all.Where(command => command.Words.StartsWith(plain[0] + " ", StringComparison.Ordinal)).Select(command => command.Words[(plain[0].Length + 1)..]),
        _ => [],
    };

    private static IEnumerable<string> Of(Command command, string[] before, string typed)
    {
        var options = command.Options.Concat(CommandLine.Globals).ToList();
        if (before.LastOrDefault() is { } last && CommandLine.IsOption(last)
            && options.FirstOrDefault(field => field.Option == CommandLine.Split(last).Name) is { Kind: not FieldKind.Flag } field)
        {
            return field.Choices;
        }
        if (typed.StartsWith('-'))
        {
            return options.Select(option => $"--{option.Option}");
        }
        var given = before.Count(word => !CommandLine.IsOption(word)) - command.Words.Split(' ').Length;
        return command.Positionals.ElementAtOrDefault(given)?.Choices ?? [];
    }

    private static string Script(string shell) => shell switch
    {
        "bash" => """
            _wigwag() {
              local IFS=$'\n'
              COMPREPLY=($(wigwag complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
            }
            complete -o default -F _wigwag wigwag

            """,
        "zsh" => """
            #compdef wigwag
            _wigwag() {
              local -a candidates
              candidates=("${(@f)$(wigwag complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
              if [[ -n "$candidates" ]]; then compadd -a candidates; else _files; fi
            }
            compdef _wigwag wigwag

            """,
        _ => """
            complete -c wigwag -a '(wigwag complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'

            """,
    };
}
