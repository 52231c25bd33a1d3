namespace Wigwag.Program.Local;

/// <summary>What the environment tells the command line.</summary>
internal static class Settings
{
    /// <summary>The variable's value; null when it is not set or empty.</summary>
    public static string? Value(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    public static bool Flag(string variable) => Value(variable) is { } value && value is not ("0" or "false" or "no");
}
