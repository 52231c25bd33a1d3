namespace Wigwag.Faults.Simulation;

/// <summary>What may happen in a step.</summary>
internal enum Happening
{
    Send,
    Reply,
    Read,
    Acknowledge,
    Take,
    CreateIssue,
    Claim,
    Unclaim,
    Close,
    Reopen,
    Comment,
    Depend,
    Undepend,
    Reserve,
    Release,
    Renew,
    Transfer,
    ForceRelease,
    DefineSlot,
    AcquireSlot,
    ReleaseSlot,
    Heartbeat,
    Goodbye,
    CheckDeadlines,

    // Faults.
    RepeatEarlier,
    TimePasses,
    ClockJumps,
    Restart,
    PowerCut,
}

/// <summary>What a fault does to a command.</summary>
internal enum Mishap
{
    None,

    /// <summary>The store refuses before anything is done.</summary>
    Refused,

    /// <summary>It is committed and the answer is lost.</summary>
    AnswerLost,

    /// <summary>Its caller gives up while it is under way.</summary>
    GivenUp,
}

/// <summary>One step: who does what, and the chances that settle the rest once the state is known.</summary>
internal sealed record Step(int Number, Happening What, int Actor, Mishap Mishap, int A, int B, int C, bool WithNext)
{
    public override string ToString() => $"{Number}: actor {Actor} {What}({A}, {B}, {C}){(Mishap == Mishap.None ? "" : $" {Mishap}")}{(WithNext ? " together with" : "")}";
}

/// <summary>What happens in one run, all of it settled by a seed.</summary>
internal static class Plan
{
    private static readonly Happening[] Faults =
        [Happening.RepeatEarlier, Happening.TimePasses, Happening.TimePasses, Happening.ClockJumps, Happening.Restart, Happening.PowerCut];

    private static readonly Happening[] Commands = [.. Enum.GetValues<Happening>().TakeWhile(each => each < Happening.RepeatEarlier)];

    public static IReadOnlyList<Step> Of(int seed, int length)
    {
        var chance = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(number => new Step(
            number,
            chance.Next(6) == 0 ? Faults[chance.Next(Faults.Length)] : Commands[chance.Next(Commands.Length)],
            chance.Next(Town.Actors),
            chance.Next(10) switch { 0 => Mishap.Refused, 1 => Mishap.AnswerLost, 2 => Mishap.GivenUp, _ => Mishap.None },
            chance.Next(1 << 16),
            chance.Next(1 << 16),
            chance.Next(1 << 16),
            chance.Next(4) == 0))];
    }
}
