using System.Text.Json.Nodes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Agents;

/// <summary>Decides which id a workspace, or a name, gets.</summary>
/// <param name="Agent">The agent, perhaps with another binding than is stored.</param>
/// <param name="IsNew">True when it was added to the store just now.</param>
internal sealed record Registration(Agent Agent, bool IsNew = false)
{
    /// <summary>The agent that a workspace speaks as in a project: the one it has, the one it had, or a new one under the first free name.</summary>
    public static async ValueTask<Result<Registration>> OfWorkspace(Session session, NamedWorkspace workspace, Project project, string? proposal)
    {
        if (session.Caller.Role == Role.Agent)
        {
            return NotYourName(session.Caller.Agent);
        }
        while (await workspace.Agent(session) is { } current)
        {
            if (current.Project == project.ProjectId)
            {
                return new Registration(current);
            }
            if (!await Release(session, current))
            {
                break;
            }
        }
        if (await workspace.Former(session, project.ProjectId) is { } former)
        {
            return new Registration(former with { Binding = Binding.Workspace });
        }
        var name = ShortName.Of(proposal) ?? "main";
        foreach (var candidate in ShortName.Numbered(name).Prepend(name).Where(candidate => candidate != AgentId.Everyone))
        {
            var id = AgentId.Parse($"{candidate}/{project.Name}");
            if (await AgentRegistry.Any(session, id) is { } holder)
            {
                if (workspace.Holds(session.Caller, holder))
                {
                    return new Registration(holder with { Binding = Binding.Workspace });
                }
            }
            else if (await KeptLimits.OneMoreAgent(session, project) is { } tooMany)
            {
                return tooMany;
            }
            else if (workspace.Settle(session.Caller, New(session, id, project, Binding.Workspace), before: null) is var agent
                && await AgentRegistry.Add(session, agent))
            {
                return new Registration(agent, IsNew: true);
            }
            else if (await workspace.Agent(session) is { } meanwhile && meanwhile.Project == project.ProjectId)
            {
                // Another command of this workspace registered it on another connection.
                return new Registration(meanwhile);
            }
        }
        throw new InvalidOperationException("The numbers ended.");
    }

    /// <summary>The agent of a given id, when nobody else has it.</summary>
    public static async ValueTask<Result<Registration>> OfName(Session session, string name, NamedWorkspace? workspace, Project project, bool guest, bool takeOver)
    {
        if (!AgentId.TryComplete(name, project.Name, out var id))
        {
            return AgentRegistry.BadId(name);
        }
        if (id.IsEveryone)
        {
            return Error.Invalid("reserved_name", $"'{id}' addresses everyone in {project.Name}; no agent can be called so.", "Choose another name.");
        }
        var caller = session.Caller;
        if (caller.Role == Role.Agent && caller.Agent != id)
        {
            return NotYourName(caller.Agent);
        }
        if ((await ProjectRegistry.Named(session, id.ProjectName))?.ProjectId != project.ProjectId)
        {
            return Error.Invalid(
                "agent_of_another_project",
                $"'{id}' would be an agent of {id.ProjectName}, and this is {project.Name} ({project.ProjectId}).",
                $"Use {id.Workspace}/{project.Name}, or register in a clone of {id.ProjectName}.");
        }
        var current = workspace is null ? null : await workspace.Agent(session);
        // A workspace speaks as the first agent that registered from it, guests aside.
        var binding = workspace is not null && current is null && !guest ? Binding.Workspace : Binding.Named;
        if (await AgentRegistry.Any(session, id) is not { } holder)
        {
            if (await KeptLimits.OneMoreAgent(session, project) is { } tooMany)
            {
                return tooMany;
            }
            var agent = New(session, id, project, binding);
            agent = workspace?.Settle(caller, agent, before: null) ?? agent;
            return await AgentRegistry.Add(session, agent)
                ? new Registration(agent, IsNew: true)
                : Error.Conflict("agent_taken", $"'{id}' was registered at this moment by another.", "Register again to see by whom, or choose another id.");
        }
        if (workspace is null)
        {
            return caller.Operates(holder) ? new Registration(holder) : Taken(holder, takeOver);
        }
        if (workspace.Holds(caller, holder))
        {
            return new Registration(current is null || current.AgentId == holder.AgentId ? holder : holder with { Binding = Binding.Named });
        }
        if (takeOver && caller.Operates(holder) && holder.Presence != Presence.Online)
        {
            if (current is not null)
            {
                await Release(session, current);
            }
            return new Registration(holder with { Binding = Binding.Workspace });
        }
        // Its own key is proof enough of who it is, wherever it works; an id of no workspace is free for its operator's.
        return caller.Agent == holder.AgentId && caller.Role == Role.Agent || (holder.Host is null && caller.Operates(holder))
            ? new Registration(holder with { Binding = binding })
            : Taken(holder, takeOver);
    }

    /// <summary>Writes the agent as it registers; that is a sign of life too.</summary>
    public static async ValueTask<Agent> Keep(Session session, Agent agent, bool isNew)
    {
        var before = await AgentRegistry.Any(session, agent.AgentId);
        agent = agent with { HeardAt = before?.HeardAt, Place = before?.Place ?? agent.Place };
        if (before != agent)
        {
            await AgentRegistry.Update(session, agent);
        }
        if (isNew)
        {
            await session.Append(AgentEvents.Registered, agent.Project, agent.AgentId.Value, agent);
        }
        else if (before is null || before with { Fingerprint = agent.Fingerprint } != agent)
        {
            await session.Append(AgentEvents.Updated, agent.Project, agent.AgentId.Value, agent);
        }
        return await AgentSessions.Touch(session, agent);
    }

    // Nobody's word but the working copy's own, or an administrator's, takes a workspace from its agent.
    private static async ValueTask<bool> Release(Session session, Agent agent)
    {
        var may = NamedWorkspace.IsProven(session.Caller, agent);
        if (may)
        {
            await AgentRegistry.Release(session, agent);
        }
        return may;
    }

    private static Agent New(Session session, AgentId id, Project project, Binding binding) => new()
    {
        AgentId = id,
        Project = project.ProjectId,
        ProjectName = project.Name,
        Status = AgentStatus.Idle,
        Presence = Presence.Online,
        Since = session.Now,
        LastSeenAt = session.Now,
        RegisteredAt = session.Now,
        Binding = binding,
    };

    private static Error NotYourName(AgentId? agent) => Error.Forbidden(
        "not_your_agent",
        agent is null ? "This key names no agent." : $"This key registers {agent} and no other agent.",
        "Register with the agent's own id, or use an operator's key.");

    private static Error Taken(Agent holder, bool takeOver) => Error.Conflict(
        "agent_taken",
        $"'{holder.AgentId}' belongs to another workspace since {holder.RegisteredAt:yyyy-MM-dd HH:mm}Z and is {holder.Presence.ToString().ToLowerInvariant()}.",
        takeOver && holder.Presence == Presence.Online
            ? "It is online, so it cannot be taken over now; choose another id."
            : "Choose another id, or leave it out to get one derived; if that workspace is gone, register with take_over.") with
    {
        Details = new JsonObject
        {
            ["agent"] = holder.AgentId.Value,
            ["operator"] = holder.Operator,
            ["host"] = holder.Host,
            ["path"] = holder.Path,
            ["registered_at"] = holder.RegisteredAt.ToString("O"),
            ["presence"] = holder.Presence.ToString().ToLowerInvariant(),
            ["since"] = holder.Since.ToString("O"),
        },
    };
}
