using Wigwag.Core.Operations;
using Wigwag.Program.Cli;
using Wigwag.Program.Commands;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program;

/// <summary>The program <c>wigwag</c>: finds the command, runs it, and says errors in one line with an exit code of their kind.</summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        try
        {
            return Run(arguments);
        }
        catch (Exception e) when (e is Refusal or OutputException or IOException or UnauthorizedAccessException or UnreachableException)
        {
            return Failure.Report(e, arguments.Contains("--json"));
        }
    }

    private static int Run(string[] arguments)
    {
        // Options of every command may stand before its words.
        var first = Array.FindIndex(arguments, argument => !CommandLine.IsOption(argument));
        if (arguments.Take(first < 0 ? arguments.Length : first).Any(argument => argument is "--version"))
        {
            arguments = ["version", .. arguments.Where(argument => argument != "--version")];
            first = 0;
        }
        if (first < 0)
        {
            return Print(terminal => Help.Overview(terminal, CommandIndex.Load()), arguments.Length == 0 ? ExitCode.Of(ErrorKind.Invalid) : ExitCode.Ok);
        }
        if (first > 0 && CommandLine.Globals.FirstOrDefault(field => field.Option == CommandLine.Split(arguments[first - 1]).Name) is { Kind: FieldKind.Text }
            && !arguments[first - 1].Contains('='))
        {
            first++;
        }
        var words = arguments.Skip(first).TakeWhile(argument => !CommandLine.IsOption(argument)).Take(2).ToArray();
        for (var count = words.Length; count > 0; count--)
        {
            var name = string.Join(' ', words.Take(count));
            if (ProgramCommands.All.FirstOrDefault(command => command.Words == name) is { } own)
            {
                return Run(own, arguments, first, count);
            }
            var index = CommandIndex.Load();
            if (index.Find(name) is { } operation)
            {
                return Run(
                    FollowCommand.Extend(index, operation) ?? operation with { Run = line => OperationRun.Run(index, operation, line) }, arguments, first, count);
            }
        }
        return Unknown(words, arguments.Contains("--help") || arguments.Contains("-h"));
    }

    private static int Run(Command command, string[] arguments, int first, int words)
    {
        string[] rest = [.. arguments.Take(first), .. arguments.Skip(first + words)];
        if (rest.TakeWhile(argument => argument != "--").Any(argument => argument is "--help" or "-h"))
        {
            return Print(terminal => Help.Of(terminal, command), ExitCode.Ok);
        }
        var line = CommandLine.Parse(command, rest);
        return command.Operation.Length > 0 || !line.Flag("best_effort") ? command.Run!(line)
            : throw Refusal.Usage($"'{command.Words}' cannot be kept for later.", "Leave --best-effort out.");
    }

    private static int Unknown(string[] words, bool isHelp)
    {
        var all = CommandIndex.Load().All().Concat(ProgramCommands.All.Where(command => !command.IsHidden)).ToList();
        if (words.Length == 0)
        {
            throw Refusal.Usage("No command is named.", "See 'wigwag --help'.");
        }
        var group = all.Where(command => command.Words.StartsWith(words[0] + " ", StringComparison.Ordinal)).ToList();
        if (group.Count > 0 && (isHelp || words.Length == 1))
        {
            return Print(terminal => Help.Group(terminal, words[0], group), isHelp ? ExitCode.Ok : ExitCode.Of(ErrorKind.Invalid));
        }
        if (words[0] == "help")
        {
            return Print(terminal => Help.Overview(terminal, CommandIndex.Load()), ExitCode.Ok);
        }
        throw group.Count > 0
            ? Refusal.Usage(
                $"There is no command '{words[0]} {words[1]}'.",
                NearNames.Suggest(words[1], group.Select(command => command.Words[(words[0].Length + 1)..]), $"See 'wigwag {words[0]} --help'."))
            : Refusal.Usage(
                $"There is no command '{words[0]}'.",
                NearNames.Suggest(words[0], all.Select(command => command.Words.Split(' ')[0]), "See 'wigwag --help'."));
    }

    private static int Print(Action<Terminal> write, int exitCode)
    {
        var terminal = new Terminal(noColor: false);
        write(terminal);
        terminal.Flush();
        return exitCode;
    }
}
