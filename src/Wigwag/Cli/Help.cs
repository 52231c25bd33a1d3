using Wigwag.Program.Views;

namespace Wigwag.Program.Cli;

/// <summary>What <c>--help</c> prints.</summary>
internal static class Help
{
    private const int Widest = 100;

    /// <summary>Every command, once: those of one word, which are used every day, and the others.</summary>
    public static void Overview(Terminal terminal, CommandIndex index)
    {
        terminal
            .Line("Wigwag: the coordination server for coding agents and their humans.")
            .Line()
            .Line("Usage: wigwag COMMAND [arguments] [options]");
        var operations = index.All().DistinctBy(command => command.Operation).ToList();
        Commands(terminal, "Every day", operations.Where(command => !command.Words.Contains(' ')));
        Commands(terminal, "By subject", operations.Where(command => command.Words.Contains(' ')).GroupBy(command => command.Words.Split(' ')[0]).SelectMany(group => group));
        Commands(terminal, "The program itself", ProgramCommands.All.Where(command => !command.IsHidden));
        terminal.Line().Line("'wigwag COMMAND --help' tells more, with an example.");
    }

    /// <summary>The commands that begin with one word, such as <c>issue</c>.</summary>
    public static void Group(Terminal terminal, string word, IEnumerable<Command> commands)
    {
        terminal.Line($"Usage: wigwag {word} COMMAND [arguments] [options]");
        Commands(terminal, "Commands", commands);
        terminal.Line().Line($"'wigwag {word} COMMAND --help' tells more, with an example.");
    }

    /// <summary>One command: what it does, what it takes, and a line that works.</summary>
    public static void Of(Terminal terminal, Command command)
    {
        Wrapped(terminal, command.Description, 0);
        terminal.Line().Line($"{terminal.Styled(Style.Bold, "Usage:")} {command.Usage}");
        Fields(terminal, "Arguments", command.Positionals.Select(field => (field, field.Option)));
        Fields(terminal, "Options", command.Options.Select(field => (field, $"--{field.Option}{Placeholder(field)}")));
        Fields(terminal, "Options of every command", CommandLine.Globals.Select(field => (field, $"--{field.Option}{Placeholder(field)}")));
        if (command.Outcome.Length > 0)
        {
            terminal.Line().Line($"{terminal.Styled(Style.Bold, "Exit code:")} {ExitCode.Of(command.Outcome)} when {command.OutcomeWhen}.");
        }
        terminal.Line().Line(terminal.Styled(Style.Bold, "Example:")).Line($"  {command.Example}");
    }

    public static string FirstSentence(string text) => text.IndexOf(". ", StringComparison.Ordinal) is var end && end > 0 ? text[..(end + 1)] : text;

    private static void Commands(Terminal terminal, string heading, IEnumerable<Command> commands)
    {
        var all = commands.ToList();
        var width = all.Max(command => command.Words.Length);
        terminal.Line().Line(terminal.Styled(Style.Bold, heading + ":"));
        foreach (var command in all)
        {
            terminal.Line($"  {command.Words.PadRight(width)}  {Cells.Fit(command.Title, Math.Max(20, Widest - width - 4))}");
        }
    }

    private static void Fields(Terminal terminal, string heading, IEnumerable<(Field Field, string Label)> fields)
    {
        var all = fields.ToList();
        if (all.Count == 0)
        {
            return;
        }
        var width = Math.Min(28, all.Max(field => field.Label.Length));
        terminal.Line().Line(terminal.Styled(Style.Bold, heading + ":"));
        foreach (var (field, label) in all)
        {
            var notes = field switch
            {
                { IsPositional: false, IsRequired: true } => " Required.",
                { IsPositional: false, IsMany: true } => " May be given several times.",
                { Fact: not null } => " Taken from the workspace when left out.",
                _ => "",
            };
            var choices = field.Choices.Count > 0 ? $" One of {string.Join(", ", field.Choices)}." : "";
            terminal.Write($"  {terminal.Styled(Style.Cyan, label.PadRight(width))}  ");
            if (label.Length > width)
            {
                terminal.Line().Write(new string(' ', width + 4));
            }
            Wrapped(terminal, (field.Description + choices + notes).TrimStart(), width + 4);
        }
    }

    private static string Placeholder(Field field) => field.Kind switch
    {
        FieldKind.Flag => "",
        FieldKind.Number => " N",
        FieldKind.Duration or FieldKind.Seconds => " TIME",
        FieldKind.File => " FILE",
        FieldKind.Json => " JSON",
        _ => $" {field.Name.ToUpperInvariant()}",
    };

    // The first line continues what is already on it.
    private static void Wrapped(Terminal terminal, string text, int indent)
    {
        var column = indent;
        var limit = Math.Clamp(terminal.Columns, indent + 30, Widest);
        foreach (var word in text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (column > indent && column + 1 + word.Length > limit)
            {
                terminal.Line().Write(new string(' ', indent));
                column = indent;
            }
            terminal.Write(column > indent ? " " + word : word);
            column += word.Length + (column > indent ? 1 : 0);
        }
        terminal.Line();
    }
}
