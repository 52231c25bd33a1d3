using Wigwag.Core.Operations;

namespace Wigwag.Program.Cli;

/// <summary>What a person types for a value.</summary>
internal enum FieldKind
{
    Text,
    /// <summary>True when named; takes no value.</summary>
    Flag,
    Number,
    /// <summary>One of the field's choices, in any case.</summary>
    Choice,
    /// <summary>A length of time such as <c>90s</c>, <c>30m</c>, <c>2h</c> or <c>1d</c>, sent as .NET writes one.</summary>
    Duration,
    /// <summary>A length of time sent as a number of seconds.</summary>
    Seconds,
    /// <summary>A file, or <c>-</c>, sent as an attachment.</summary>
    File,
    /// <summary>A JSON value.</summary>
    Json,
}

/// <summary>One thing a command can be given: a positional argument or an option.</summary>
internal sealed record Field
{
    /// <summary>The request's own name for it, <c>next_owner</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Without dashes, <c>next-owner</c>; for a positional, its name.</summary>
    public required string Option { get; init; }

    public FieldKind Kind { get; init; }

    public bool IsRequired { get; init; }

    /// <summary>True when it may be given several times.</summary>
    public bool IsMany { get; init; }

    /// <summary>Place among the positionals, or -1 for an option.</summary>
    public int Position { get; init; } = -1;

    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The fact of the workspace that fills it when it is not given, or null.</summary>
    public string? Fact { get; init; }

    /// <summary>What the paths are that it takes, which are typed relative to the current folder; null when it takes none.</summary>
    public PathShape? Paths { get; init; }

    public string Description { get; init; } = "";

    public bool IsPositional => Position >= 0;
}

/// <summary>One command as the command line knows it, whether it stands for an operation or is the program's own.</summary>
internal sealed record Command
{
    /// <summary><c>issue create</c>.</summary>
    public required string Words { get; init; }

    /// <summary>The operation it stands for; empty for the program's own commands.</summary>
    public string Operation { get; init; } = "";

    /// <summary>The operation's method and route.</summary>
    public string Http { get; init; } = "";

    /// <summary>True when it changes nothing.</summary>
    public bool IsQuery { get; init; }

    /// <summary>True when it may be kept for a server that is out of reach.</summary>
    public bool IsDeferrable { get; init; }

    /// <summary>The outcome, besides done, that its answer can have; empty when none.</summary>
    public string Outcome { get; init; } = "";

    /// <summary>When the answer has that outcome.</summary>
    public string OutcomeWhen { get; init; } = "";

    public required string Title { get; init; }

    public required string Description { get; init; }

    public required string Example { get; init; }

    /// <summary>Runs one of the program's own commands; the exit code.</summary>
    public Func<CommandLine, int>? Run { get; init; }

    /// <summary>True for what programs call and help does not list.</summary>
    public bool IsHidden { get; init; }

    /// <summary>The positionals in their order, then the options.</summary>
    public IReadOnlyList<Field> Fields { get; init; } = [];

    public IEnumerable<Field> Positionals => Fields.Where(each => each.IsPositional);

    public IEnumerable<Field> Options => Fields.Where(each => !each.IsPositional);

    public Field? Find(string option) => Fields.FirstOrDefault(field => !field.IsPositional && field.Option == option);

    /// <summary><c>wigwag send &lt;to&gt; &lt;subject&gt; [options]</c>.</summary>
    public string Usage => string.Join(' ', [
        "wigwag", Words, .. Positionals.Select(each => (each.IsRequired, each.IsMany) switch
        {
            (true, false) => $"<{each.Option}>",
            (true, true) => $"<{each.Option}...>",
            (false, false) => $"[{each.Option}]",
            (false, true) => $"[{each.Option}...]",
        }), "[options]"]);
}
