using System.Globalization;
using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Program.Local;

namespace Wigwag.Program.Cli;

/// <summary>
/// The commands of the catalog as a text file beside the program, written when it is built. Asking the catalog itself would
/// compile three thousand methods of serialization that a client never runs: 200 ms, where a whole command takes 30.
/// </summary>
internal sealed class CommandIndex
{
    private const string Heading = "wigwag commands 2\n";

    private readonly string _text;

    private CommandIndex(string text) => _text = text;

    /// <summary>The index's place beside the program.</summary>
    public static string File => Path.Combine(AppContext.BaseDirectory, "wigwag.commands");

    /// <summary>The index that was built with the program, or else one derived from the catalog now.</summary>
    public static CommandIndex Load()
    {
        var text = Libc.ReadFile(File) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
        if (text.StartsWith(Heading, StringComparison.Ordinal))
        {
            return new(text);
        }
        // Not built beside it: a test host, or a copy of the assemblies alone.
        return new(Write(CatalogCommands.All()));
    }

    /// <summary>The text of an index of these commands.</summary>
    public static string Write(IEnumerable<Command> commands)
    {
        var text = new StringBuilder(Heading);
        foreach (var command in commands)
        {
            Line(text, "C", command.Words, command.Operation, command.Http, command.IsQuery ? "query" : command.IsDeferrable ? "deferrable" : "command",
                command.Title, command.Description, command.Example, command.Outcome, command.OutcomeWhen);
            foreach (var field in command.Fields)
            {
                Line(text, "F", field.Name, field.Option, Letter(field.Kind), field.IsRequired ? "required" : "", field.IsMany ? "many" : "",
                    field.Position.ToString(CultureInfo.InvariantCulture), string.Join(',', field.Choices), field.Fact ?? "", Letter(field.Paths), field.Description);
            }
        }
        return text.ToString();
    }

    /// <summary>The command with exactly these words, or null. Reads no other.</summary>
    public Command? Find(string words) => _text.IndexOf($"\nC\t{words}\t", StringComparison.Ordinal) is var at && at >= 0 ? Read(at + 1) : null;

    /// <summary>Every command, in the catalog's order.</summary>
    public IEnumerable<Command> All()
    {
        for (var at = _text.IndexOf("\nC\t", StringComparison.Ordinal); at >= 0; at = _text.IndexOf("\nC\t", at + 1, StringComparison.Ordinal))
        {
            yield return Read(at + 1);
        }
    }

    // One letter each: parsing the names of an enumeration compiles five methods, at each start.
    private static string Letter(FieldKind kind) => kind switch
    {
        FieldKind.Flag => "b",
        FieldKind.Number => "n",
        FieldKind.Choice => "c",
        FieldKind.Duration => "d",
        FieldKind.Seconds => "s",
        FieldKind.File => "f",
        FieldKind.Json => "j",
        _ => "t",
    };

    private static FieldKind Kind(string letter) => letter switch
    {
        "b" => FieldKind.Flag,
        "n" => FieldKind.Number,
        "c" => FieldKind.Choice,
        "d" => FieldKind.Duration,
        "s" => FieldKind.Seconds,
        "f" => FieldKind.File,
        "j" => FieldKind.Json,
        _ => FieldKind.Text,
    };

    private static string Letter(PathShape? shape) => shape switch
    {
        PathShape.Path => "p",
        PathShape.HeldPath => "P",
        PathShape.Scope => "s",
        PathShape.HeldScope => "S",
        _ => "",
    };

    private static PathShape? Shape(string letter) => letter switch
    {
        "p" => PathShape.Path,
        "P" => PathShape.HeldPath,
        "s" => PathShape.Scope,
        "S" => PathShape.HeldScope,
        _ => null,
    };

    private static void Line(StringBuilder text, params ReadOnlySpan<string> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            text.Append(i == 0 ? "" : "\t").Append(cells[i].Replace("\\", @"\\").Replace("\t", @"\t").Replace("\n", @"\n"));
        }
        text.Append('\n');
    }

    private Command Read(int at)
    {
        var cells = Cells(ref at);
        var fields = new List<Field>();
        while (at < _text.Length && _text[at] == 'F')
        {
            var field = Cells(ref at);
            fields.Add(new()
            {
                Name = field[1],
                Option = field[2],
                Kind = Kind(field[3]),
                IsRequired = field[4].Length > 0,
                IsMany = field[5].Length > 0,
                Position = int.Parse(field[6], CultureInfo.InvariantCulture),
                Choices = field[7].Length == 0 ? [] : field[7].Split(','),
                Fact = field[8].Length == 0 ? null : field[8],
                Paths = Shape(field[9]),
                Description = field[10],
            });
        }
        return new()
        {
            Words = cells[1],
            Operation = cells[2],
            Http = cells[3],
            IsQuery = cells[4] == "query",
            IsDeferrable = cells[4] == "deferrable",
            Title = cells[5],
            Description = cells[6],
            Example = cells[7],
            Outcome = cells[8],
            OutcomeWhen = cells[9],
            Fields = fields,
        };
    }

    private string[] Cells(ref int at)
    {
        var end = _text.IndexOf('\n', at);
        var cells = _text[at..end].Split('\t');
        at = end + 1;
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i].Contains('\\'))
            {
                cells[i] = Unescape(cells[i]);
            }
        }
        return cells;
    }

    private static string Unescape(string cell)
    {
        var text = new StringBuilder(cell.Length);
        for (var i = 0; i < cell.Length; i++)
        {
            text.Append(cell[i] != '\\' ? cell[i] : cell[++i] switch { 't' => '\t', 'n' => '\n', var other => other });
        }
        return text.ToString();
    }
}
