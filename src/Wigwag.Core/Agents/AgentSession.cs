using System.ComponentModel;
using Wigwag.Core.Text;

namespace Wigwag.Core.Agents;

/// <summary>One run of an agent's client that is there, as far as anybody knows.</summary>
public sealed record AgentSession
{
    [Description("Which: mcp (a connection of its client), hook (a client that calls hooks), follow (wait --follow), shell (commands), http (plain requests), and an id where it has one.")]
    [OthersText]
    public required string Session { get; init; }

    [Description("What runs in it, where it says so.")]
    [OthersText]
    public string? Program { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; init; }

    [Description("online: heard of in the last 90 s. offline: silent for longer.")]
    public required Presence Presence { get; init; }
}

/// <summary>A session of an agent that has others beside it began or ended.</summary>
/// <param name="Agent">Whose.</param>
/// <param name="Session">Which.</param>
/// <param name="Sessions">How many the agent has now.</param>
public sealed record SessionChanged(AgentId Agent, [property: OthersText] string Session, long Sessions);
