using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>Where somebody's messages are: their own deliveries, and those that the agents of a project share.</summary>
/// <param name="Owner">An agent's id or <c>operator:&lt;name&gt;</c>; null for a credential that is nobody.</param>
/// <param name="Home">The project of the owner's own deliveries.</param>
/// <param name="Shared">The project whose deliveries the owner shares in, or null.</param>
internal sealed record Mailbox(string? Owner, string Home, ProjectId? Shared)
{
    /// <summary>The recipient of a delivery that a project's agents share.</summary>
    public const string Everyone = "*";

    /// <summary>False for a look at a project's shared deliveries alone.</summary>
    public bool HasOwn { get; init; } = Owner is not null;

    /// <summary>True when what is sent to everyone in the owner's project is theirs too.</summary>
    public bool IsAmongEveryone => HasOwn && Home != Operators.Home;

    /// <summary>An agent shares its project's deliveries; a human reads along in the project they stand in.</summary>
    public static Mailbox Of(Caller caller) => caller.Agent is { } agent && caller.Project is { } project
        ? new(agent.Value, project.Value, project)
        : new(Operators.Key(caller.Operator), Operators.Home, caller.Project is { } here && caller.Reaches(here) ? here : null);

    /// <summary>
    /// The caller's mailbox as a request narrows it: to what <paramref name="project"/> shares when that is not the agent's own, or when
    /// <paramref name="projectOnly"/> asks for it.
    /// </summary>
    public static async ValueTask<Result<Mailbox>> Asked(Session session, string? project, bool projectOnly)
    {
        var mailbox = Of(session.Caller);
        if (project is null)
        {
            return mailbox.Shared is null && (projectOnly || !mailbox.HasOwn)
                ? Error.Invalid("no_project", "No project was named, and the caller stands in none.", "Name a project.")
                : mailbox with { HasOwn = mailbox.HasOwn && !projectOnly };
        }
        if (!(await ProjectRegistry.Find(session, project)).Try(out var named, out var error))
        {
            return error;
        }
        // A human's own messages have no project; an agent's belong to its own.
        var own = mailbox.HasOwn && !projectOnly && (mailbox.Home == Operators.Home || mailbox.Home == named.ProjectId.Value);
        return mailbox with { Shared = named.ProjectId, HasOwn = own };
    }
}
