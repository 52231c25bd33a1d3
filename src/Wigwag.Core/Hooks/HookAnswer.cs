namespace Wigwag.Core.Hooks;

/// <summary>What a hook has to say, in one form for all clients. Everything in it is safe for a model to read.</summary>
public sealed record HookAnswer
{
    public static readonly HookAnswer Nothing = new();

    /// <summary>Why the tool may not run, for the agent; null lets it run.</summary>
    public string? Deny { get; init; }

    /// <summary>What the user should know, where the client can show it.</summary>
    public string? Warning { get; init; }

    /// <summary>What the agent should know.</summary>
    public string? Context { get; init; }

    /// <summary>What the agent should still do before it stops.</summary>
    public string? GoOn { get; init; }
}
