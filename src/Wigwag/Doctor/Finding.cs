namespace Wigwag.Program.Doctor;

internal enum Health
{
    Ok,
    Warning,
    Error,
}

/// <summary>What one check found.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Health">How it stands.</param>
/// <param name="Message">What was found, a sentence.</param>
internal sealed record Finding(string Check, Health Health, string Message)
{
    /// <summary>How to mend it; null when there is nothing to mend.</summary>
    public string? Next { get; init; }

    /// <summary>Mends it without asking; null when that is for the user to do.</summary>
    public Action? Fix { get; init; }

    public static Finding Ok(string check, string message) => new(check, Health.Ok, message);

    public static Finding Warning(string check, string message, string next) => new(check, Health.Warning, message) { Next = next };

    public static Finding Error(string check, string message, string next) => new(check, Health.Error, message) { Next = next };
}
