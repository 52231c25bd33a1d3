using Wigwag.Core.Operations;

namespace Wigwag.Core.Leases;

/// <summary>How much may be asked of leases.</summary>
public static class LeaseLimits
{
    public const int MostScopes = 100;
    public const int MostPaths = 5000;
    public const int ReasonCharacters = 500;

    /// <summary>Reservations of one agent in one project.</summary>
    public const int MostHeld = 5_000;

    /// <summary>Reservations of all agents of a project.</summary>
    public const int MostHeldInProject = 100_000;

    /// <summary>Patterns of one agent in a project that have the same folder before their first special character.</summary>
    public const int MostPatternsAtRoot = 50;

    /// <summary>As <see cref="MostPatternsAtRoot"/>, of all agents.</summary>
    public const int MostPatternsAtRootInProject = 500;

    /// <summary>How many steps the automata of these patterns have together: about one for each character, and more where braces follow each other.</summary>
    public const int MostStepsAtRoot = 1_100;

    /// <summary>As <see cref="MostStepsAtRoot"/>, of all agents.</summary>
    public const int MostStepsAtRootInProject = 11_000;

    /// <summary>Places of one agent in the queues of a project.</summary>
    public const int MostWaiting = 50;

    /// <summary>As <see cref="MostWaiting"/>, of all agents.</summary>
    public const int MostWaitingInProject = 1_000;

    public static readonly TimeSpan DefaultTtl = TimeSpan.FromMinutes(30);
    public static readonly TimeSpan LeastTtl = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan MostTtl = TimeSpan.FromDays(7);
    public static readonly TimeSpan MostWait = TimeSpan.FromHours(1);

    /// <summary>How long to hold; <c>bad_ttl</c>.</summary>
    internal static Result<TimeSpan> Ttl(long? seconds, TimeSpan otherwise) => seconds is not { } asked
        ? otherwise
        : asked >= LeastTtl.TotalSeconds && asked <= MostTtl.TotalSeconds
            ? TimeSpan.FromSeconds(asked)
            : Error.Invalid("bad_ttl", $"A lease lasts 1 second to {MostTtl.TotalDays} days, not {asked} seconds.", "Take it for less and renew it.");

    /// <summary>How long to wait; <c>bad_wait</c>.</summary>
    internal static Result<TimeSpan> Wait(long? seconds) => seconds is null || (seconds >= 0 && seconds <= MostWait.TotalSeconds)
        ? TimeSpan.FromSeconds(seconds ?? 0)
        : Error.Invalid("bad_wait", $"A wait takes 0 to {MostWait.TotalSeconds} seconds, not {seconds}.", "Wait again when it is over.");

    /// <summary>How long a request waits at most, for who waits for its answer.</summary>
    internal static TimeSpan Waits(long? seconds) => Wait(seconds).Try(out var wait, out _) ? wait : TimeSpan.Zero;

    /// <summary>Why; <c>bad_reason</c>.</summary>
    internal static Result<string> Reason(string? reason) => (reason ?? "").Trim() is { Length: <= ReasonCharacters } text && !text.Any(char.IsControl)
        ? text
        : Error.Invalid("bad_reason", $"A reason is one line of at most {ReasonCharacters} characters.", "Say it shorter; a message holds more.");

    /// <summary>Scopes as many as may be asked at once; <c>bad_scopes</c>.</summary>
    internal static Error? TooMany(int scopes, int most) => scopes is > 0 && scopes <= most
        ? null
        : Error.Invalid("bad_scopes", $"Give 1 to {most} scopes at once, not {scopes}.", "Split them, or take a folder instead of its files.");

    internal static readonly Error AgentRequired = Error.Invalid(
        "agent_required", "Only an agent can hold something, and this call is not made as one.", "Say which agent you act as, with --as or the Wigwag-Agent header.");
}
