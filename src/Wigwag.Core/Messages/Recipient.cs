using Wigwag.Core.Agents;
using Wigwag.Core.Projects;

namespace Wigwag.Core.Messages;

/// <summary>Whom a message is for.</summary>
public enum RecipientKind
{
    /// <summary><c>main/beads</c>: one agent.</summary>
    Agent,
    /// <summary><c>beads</c>: it waits in every agent's inbox, and the first to take it owns it.</summary>
    Project,
    /// <summary><c>all/beads</c>: for each agent that the project has now.</summary>
    Everyone,
    /// <summary><c>operator:ann@example.org</c>: a human.</summary>
    Operator,
}

/// <summary>A recipient that exists.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Written">As the message's <c>to</c> shows it.</param>
/// <param name="Home">The project of its deliveries.</param>
public sealed record Recipient(RecipientKind Kind, string Written, string Home)
{
    public static Recipient Of(AgentId agent, ProjectId project) => new(RecipientKind.Agent, agent.Value, project.Value);

    public static Recipient AnyOf(ProjectId project) => new(RecipientKind.Project, project.Value, project.Value);

    public static Recipient Everyone(Project project) => new(RecipientKind.Everyone, $"all/{project.Name}", project.ProjectId.Value);

    /// <summary>A human by the key that <c>operator:</c> begins.</summary>
    internal static Recipient Human(string key) => new(RecipientKind.Operator, key, Operators.Home);
}
