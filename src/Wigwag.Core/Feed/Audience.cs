using Wigwag.Core.Operations;

namespace Wigwag.Core.Feed;

/// <summary>Who may be told of a fact, and whom it concerns.</summary>
public static class Audience
{
    /// <summary>True when the fact names the caller's agent in its audience.</summary>
    public static bool Concerns(this Event e, Caller caller) => caller.Agent is { } agent && e.Audience.Contains(agent.Value);

    /// <summary>True when the caller may know of the fact: it happened within reach of the credential, or concerns the caller's agent.</summary>
    public static bool MayKnow(this Event e, Caller caller) => e.Project == Keys.KeyBook.Home
        ? caller.Role >= Role.Operator && caller.Reaches(e.Project)
        : caller.Reaches(e.Project) || e.Concerns(caller);
}
