using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

/// <summary>Humans as recipients: <c>operator:</c> and their e-mail address, or their name where git knows no address.</summary>
internal static class Operators
{
    public const string Prefix = "operator:";

    /// <summary>Stands for the project of deliveries to humans, who have none. No project id is without a slash.</summary>
    public const string Home = "operators";

    /// <summary>The recipient that <c>Ann Lee &lt;ann@example.org&gt;</c> is: <c>operator:ann@example.org</c>.</summary>
    public static string? Key(string? human)
    {
        if (human is null)
        {
            return null;
        }
        var from = human.IndexOf('<', StringComparison.Ordinal);
        var to = human.IndexOf('>', StringComparison.Ordinal);
        var name = from >= 0 && to > from + 1 ? human[(from + 1)..to] : human;
        name = string.Join('-', Sanitize.OneLine(name).ToLowerInvariant().Split([' ', '<', '>'], StringSplitOptions.RemoveEmptyEntries));
        return name.Length == 0 ? null : Prefix + name;
    }
}
