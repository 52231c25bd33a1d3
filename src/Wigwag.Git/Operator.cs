namespace Wigwag.Git;

/// <summary>The human behind the agents of this machine: <c>WIGWAG_OPERATOR</c>, else git's user, else the system's.</summary>
internal static class Operator
{
    /// <summary><c>Ann Lee &lt;ann@example.org&gt;</c>, or a name alone; null when git shall say.</summary>
    public static string? Override => Environment.GetEnvironmentVariable("WIGWAG_OPERATOR") is { Length: > 0 } text ? text : null;

    public static (string? Name, string? Email) Of(GitConfig config)
    {
        if (Override is { } text)
        {
            return Split(text);
        }
        var (name, email) = (config["user.name"], config["user.email"]);
        return (name ?? (email is null ? Environment.UserName : null), email);
    }

    public static (string? Name, string? Email) Split(string text)
    {
        var open = text.IndexOf('<', StringComparison.Ordinal);
        var close = text.IndexOf('>', StringComparison.Ordinal);
        return open < 0 || close < open
            ? (text.Trim(), null)
            : (text[..open].Trim() is { Length: > 0 } name ? name : null, text[(open + 1)..close].Trim());
    }
}
