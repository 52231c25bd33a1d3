using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Wigwag.Program.Cli;

/// <summary>What was typed for one command: a value or several for each field, by the field's name, and the options that every command has.</summary>
internal sealed class CommandLine
{
    /// <summary>The options of every command.</summary>
    public static readonly IReadOnlyList<Field> Globals =
    [
        new() { Name = "json", Option = "json", Kind = FieldKind.Flag, Description = "Print the answer as one JSON document." },
        new() { Name = "quiet", Option = "quiet", Kind = FieldKind.Flag, Description = "Print nothing but errors." },
        new() { Name = "as", Option = "as", Description = "Speak as this agent (workspace/project) instead of WIGWAG_AGENT or the one of this workspace." },
        new() { Name = "idempotency_key", Option = "idempotency-key", Description = "A key of your own for this command; a repeat with the same key does nothing twice." },
        new() { Name = "best_effort", Option = "best-effort", Kind = FieldKind.Flag, Description = "When the server is out of reach, keep the command in the outbox and exit 0; for commands that may be done later, such as send." },
        new() { Name = "no_server", Option = "no-server", Kind = FieldKind.Flag, Description = "Run on the database directly, when no server owns it." },
        new() { Name = "no_color", Option = "no-color", Kind = FieldKind.Flag, Description = "Print without colour, as NO_COLOR does." },
        new() { Name = "help", Option = "help", Kind = FieldKind.Flag, Description = "Show this help." },
    ];

    private readonly Dictionary<string, List<string>> _values = [];

    private CommandLine(Command command) => Command = command;

    public Command Command { get; }

    public bool IsJson => Has("json");

    public bool IsQuiet => Has("quiet");

    /// <summary>True when the field was given.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The one value of a field, or null.</summary>
    public string? Value(string name) => _values.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;

    /// <summary>Every value of a field.</summary>
    public IReadOnlyList<string> Values(string name) => _values.TryGetValue(name, out var values) ? values : [];

    /// <summary>Puts other values in place of those that were typed.</summary>
    public void Replace(string name, IEnumerable<string> values) => _values[name] = [.. values];

    public bool Flag(string name) => Value(name) == "true";

    public TimeSpan? Duration(string name) => Value(name) is { } text ? TimeSpan.ParseExact(text, "c", CultureInfo.InvariantCulture) : null;

    /// <summary>Reads what follows the command's words.</summary>
    /// <exception cref="Refusal">Something is unknown, missing, given twice, or not what its field takes.</exception>
    public static CommandLine Parse(Command command, ReadOnlySpan<string> arguments)
    {
        var line = new CommandLine(command);
        var positionals = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            if (argument == "--")
            {
                positionals.AddRange(arguments[(i + 1)..]);
                break;
            }
            if (!IsOption(argument))
            {
                positionals.Add(argument);
                continue;
            }
            var (name, given) = Split(argument);
            var field = command.Find(name) ?? Globals.FirstOrDefault(field => field.Option == name) ?? throw Unknown(command, name);
            if (field.Kind == FieldKind.Flag)
            {
                line.Add(field, given ?? "true");
            }
            else if (given is null && i + 1 < arguments.Length && !IsKnown(command, arguments[i + 1]))
            {
                line.Add(field, arguments[++i]);
            }
            else
            {
                line.Add(field, given ?? throw Refusal.Usage($"--{name} needs a value.", HelpHint(command)));
            }
        }
        line.Place(positionals);
        return line;
    }

    /// <summary>Refuses a command without what it needs.</summary>
    public void Require()
    {
        foreach (var field in Command.Fields)
        {
            if (field.IsRequired && !Has(field.Name))
            {
                throw Refusal.Usage(
                    $"'{Command.Words}' needs {(field.IsPositional ? $"<{field.Option}>" : $"--{field.Option}")}: {Help.FirstSentence(field.Description)}",
                    $"Usage: {Command.Usage}.");
            }
        }
    }

    public static bool IsOption(string argument) => argument.Length > 1 && argument[0] == '-' && argument != "--" && !char.IsAsciiDigit(argument[1]);

    /// <summary>Name and value of <c>--name=value</c>; the value is null where it follows as an argument of its own.</summary>
    public static (string Name, string? Value) Split(string argument)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal))
        {
            return (argument switch { "-h" => "help", "-q" => "quiet", "-j" => "json", _ => argument }, null);
        }
        var equals = argument.IndexOf('=');
        return equals < 0 ? (argument[2..], null) : (argument[2..equals], argument[(equals + 1)..]);
    }

    public static string HelpHint(Command command) => $"See 'wigwag {command.Words} --help'.";

    /// <summary>The time that <c>1d</c>, <c>2h</c>, <c>30m</c>, <c>90s</c>, <c>500ms</c> or a plain number of seconds says.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        var unit = text[digits..] switch
        {
            "" or "s" => 1,
            "ms" => 0.001,
            "m" or "min" => 60,
            "h" => 3600,
            "d" => 86400,
            _ => double.NaN,
        };
        var valid = double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * unit < TimeSpan.FromDays(36500).TotalSeconds;
        duration = valid ? TimeSpan.FromSeconds(number * unit) : default;
        return valid;
    }

    private static TimeSpan ParseDuration(string text, Field field) => TryParseDuration(text, out var duration)
        ? duration
        : throw Refusal.Usage($"{Shown(field)} takes a length of time, not '{text}'.", "Write it as 90s, 30m, 2h or 1d.");

    private static bool IsKnown(Command command, string argument) =>
        IsOption(argument) && Split(argument).Name is var name && (command.Find(name) is not null || Globals.Any(field => field.Option == name));

    private static Refusal Unknown(Command command, string name)
    {
        var shown = name.StartsWith('-') ? name : $"--{name}";
        var known = command.Options.Concat(Globals).Select(field => $"--{field.Option}");
        return Refusal.Usage($"'{command.Words}' has no option {shown}.", NearNames.Suggest(shown, known, HelpHint(command)));
    }

    private static string Shown(Field field) => field.IsPositional ? $"<{field.Option}>" : $"--{field.Option}";

    private void Add(Field field, string value)
    {
        if (!field.IsMany && Has(field.Name))
        {
            throw Refusal.Usage($"{Shown(field)} is given twice.", "Give it once.");
        }
        if (!_values.TryGetValue(field.Name, out var values))
        {
            _values[field.Name] = values = [];
        }
        values.Add(Checked(field, value));
    }

    private static string Checked(Field field, string value)
    {
        switch (field.Kind)
        {
            case FieldKind.Flag when value is not ("true" or "false"):
                throw Refusal.Usage($"{Shown(field)} takes no value, or true or false; not '{value}'.", "Leave the value out.");
            case FieldKind.Number when !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number):
                throw Refusal.Usage($"{Shown(field)} takes a number, not '{value}'.", "Give a number.");
            case FieldKind.Choice:
                return field.Choices.FirstOrDefault(choice => IsSame(choice, value)) ?? throw Refusal.Usage(
                    $"{Shown(field)} takes {string.Join(", ", field.Choices)}; not '{value}'.",
                    NearNames.Suggest(value.ToLowerInvariant(), field.Choices.Select(choice => choice.ToLowerInvariant()), "Choose one of these."));
            case FieldKind.Duration:
                return ParseDuration(value, field).ToString("c", CultureInfo.InvariantCulture);
            case FieldKind.Seconds:
                return ParseDuration(value, field).TotalSeconds.ToString(CultureInfo.InvariantCulture);
            default:
                return value;
        }
    }

    private static bool IsSame(string choice, string typed) =>
        string.Equals(choice.Replace('_', '-'), typed.Replace('_', '-'), StringComparison.OrdinalIgnoreCase);

    private void Place(List<string> positionals)
    {
        var next = 0;
        foreach (var field in Command.Positionals)
        {
            for (; next < positionals.Count; next++)
            {
                Add(field, positionals[next]);
                if (!field.IsMany)
                {
                    next++;
                    break;
                }
            }
        }
        if (next < positionals.Count)
        {
            throw Refusal.Usage(
                $"'{Command.Words}' takes {(next == 0 ? "no arguments" : $"{next} argument{(next == 1 ? "" : "s")}")}; '{positionals[next]}' is one too many.",
                next == 0 ? HelpHint(Command) : "Quote a text of several words.");
        }
    }
}
