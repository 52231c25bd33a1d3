using Wigwag.Core.Text;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Views;

/// <summary>
/// A text of many lines that somebody wrote, so that none of its lines can be taken for one of ours: behind a margin on a terminal, inside a
/// boundary for whatever else reads, which is a model as often as not.
/// </summary>
internal static class LongText
{
    private const string Margin = "│ ";

    /// <summary>Prints a property of a thing.</summary>
    public static void Write(Terminal terminal, Json thing, Json text)
    {
        if (terminal.IsInteractive)
        {
            Write(terminal, text.Text);
            return;
        }
        terminal.Line(Boundary.Wrap([("property", text.Name), .. Whose(thing)], text.Text.TrimEnd('\n')));
    }

    /// <summary>Prints a text for a person.</summary>
    public static void Write(Terminal terminal, string text)
    {
        // A line that the terminal broke would go on without the margin.
        var columns = Math.Max(20, terminal.Columns - Margin.Length);
        foreach (var line in Value.Paragraphs(text).Split('\n').SelectMany(line => Cells.Break(line, columns)))
        {
            terminal.Line(terminal.Styled(Style.Dim, Margin) + line);
        }
    }

    private static IEnumerable<(string, string?)> Whose(Json thing)
    {
        foreach (var member in thing.Items)
        {
            if (member.Kind == JsonKind.Text && member.Name.EndsWith("_id", StringComparison.Ordinal))
            {
                yield return (member.Name, member.Text);
                break;
            }
        }
        yield return ("from", thing["from"]?.TextOf("agent") ?? thing["from"]?.TextOf("operator"));
    }
}
