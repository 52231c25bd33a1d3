namespace Wigwag.Core.Operations;

/// <summary>What an answer that is no refusal means to a script. HTTP says it in the header <c>Wigwag-Outcome</c>, the command line by its exit code.</summary>
public enum Outcome
{
    /// <summary>It was done, or it is so.</summary>
    Done,
    /// <summary>Another agent holds it, or part of it.</summary>
    Held,
    /// <summary>The caller does not hold it, or part of it.</summary>
    NotHeld,
    /// <summary>Nobody is online.</summary>
    Offline,
    /// <summary>Nothing came.</summary>
    Nothing,
}

/// <summary>The answer of an operation that is not what was hoped for and yet no error, such as a lock that another holds.</summary>
/// <param name="Outcome">What it means.</param>
/// <param name="When">When it is given, to follow "when": <c>another agent holds the lock</c>.</param>
/// <param name="Is">True for such an answer.</param>
public sealed record Negative<TAnswer>(Outcome Outcome, string When, Func<TAnswer, bool> Is);

public static class Outcomes
{
    public const string Header = "Wigwag-Outcome";

    /// <summary>The outcome in lower case, as the header has it.</summary>
    public static string Text(this Outcome outcome) => outcome switch
    {
        Outcome.Held => "held",
        Outcome.NotHeld => "not_held",
        Outcome.Offline => "offline",
        Outcome.Nothing => "nothing",
        _ => "done",
    };
}
