using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Demo;

/// <summary>Tells the play to a person: who does what, and what came of it.</summary>
internal sealed class Narrator(Terminal terminal)
{
    private const int Gutter = 12;

    public void Scene(string title) => Print(terminal.Line().Line(terminal.Styled(Style.Bold, title)));

    public void Command(string agent, string command) => Line(agent, $"$ {command}", Style.Cyan);

    public void Call(string agent, string tool, string arguments) => Line(agent, $"→ {tool} {arguments}", Style.Green);

    public void Told(string text)
    {
        foreach (var line in text.TrimEnd().Split('\n'))
        {
            terminal.Write(new string(' ', Gutter)).Line(terminal.Styled(Style.Dim, line));
        }
        terminal.Flush();
    }

    /// <summary>An answer as the command line shows it to a person.</summary>
    public void Answer(string operation, string json)
    {
        OperationViews.Write(terminal, operation, Json.Parse(json));
        terminal.Flush();
    }

    public void Plain(string text) => Print(terminal.Line(text));

    private void Line(string agent, string text, Style style) =>
        Print(terminal.Write(terminal.Styled(style, $"{agent,-Gutter}")).Line(text));

    private static void Print(Terminal page) => page.Flush();
}
