using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Agents;

public sealed record RegisterAgentRequest
{
    [Description("The id to have, workspace/project or the workspace alone, for example dave/vc or agent-ui-1; derived from the workspace when left out.")]
    public string? Agent { get; init; }

    [FromWorkspace(WorkspaceFact.Project)]
    [Description("The project it works on: its git remote in any spelling, id or short name; that of the id when left out.")]
    public string? Project { get; init; }

    [FromWorkspace(WorkspaceFact.ProjectName)]
    [Description("The short name for a project that is not known yet; the last part of the remote when left out.")]
    public string? ProjectName { get; init; }

    [FromWorkspace(WorkspaceFact.WorkspaceName)]
    [Description("The name that the folder proposes for the first half of the id.")]
    public string? Workspace { get; init; }

    [FromWorkspace(WorkspaceFact.Host)]
    [Description("The machine the workspace is on; with path, it keeps the same id whenever it registers again from the same working copy or with the same key.")]
    public string? Host { get; init; }

    [FromWorkspace(WorkspaceFact.Path)]
    [Description("The folder the workspace is in.")]
    public string? Path { get; init; }

    [FromWorkspace(WorkspaceFact.Fingerprint)]
    [Description("What changes when the repository's configuration may have changed.")]
    public string? Fingerprint { get; init; }

    [FromWorkspace(WorkspaceFact.OperatorName)]
    [Description("The human it works for, where an administrator registers it; else it is the one whom the key's maker named.")]
    public string? OperatorName { get; init; }

    [FromWorkspace(WorkspaceFact.OperatorEmail)]
    [Description("Their e-mail address; likewise.")]
    public string? OperatorEmail { get; init; }

    [Description("What runs it, for example claude-code.")]
    public string? Program { get; init; }

    [Description("Its language model.")]
    public string? Model { get; init; }

    [Description("What it is there for, for example ui or qa.")]
    public string? Role { get; init; }

    [Description("A name for people.")]
    public string? DisplayName { get; init; }

    [Description("The run of its program, so that a restart can be told from a second one.")]
    public string? Session { get; init; }

    [FromWorkspace(WorkspaceFact.ExternalProjects)]
    [Description("What its repository calls other projects; replaces what was given before.")]
    public IReadOnlyList<ExternalProject>? ExternalProjects { get; init; }

    [Description("One agent of several in its workspace: the workspace itself goes on speaking as its own agent.")]
    public bool Guest { get; init; }

    [Description("Take the id over from a workspace that is gone; refused while its agent is online.")]
    public bool TakeOver { get; init; }
}

public static class RegisterAgent
{
    public static readonly Operation<RegisterAgentRequest, Agent> Operation = new()
    {
        Name = "register_agent",
        Title = "Register an agent",
        Description = "Makes you known as the agent of your workspace, so that others can reach you, and says who you are: agent, project, operator. Registering again is how a restarted agent comes back: the id stays, the profile is updated. The command line does it by itself; call it over HTTP or MCP with agent and project before anything else.",
        Effect = Effect.IdempotentCommand,
        Http = "POST /v1/agents",
        Cli = "agent register [agent]",
        Example = "wigwag agent register --program claude-code --role ui",
        Json = AgentsJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Agent>> Handle(Session session, RegisterAgentRequest request, CancellationToken cancel)
    {
        if ((Profile.Place("host", request.Host) ?? Profile.Place("path", request.Path) ?? Profile.Place("fingerprint", request.Fingerprint)) is { } bad)
        {
            return bad;
        }
        if (!Profile.Operator(request.OperatorName, request.OperatorEmail).Try(out var claimed, out var error)
            || !Profile.Externals(request.ExternalProjects ?? []).Try(out var externals, out error))
        {
            return error;
        }
        var workspace = request is { Host: { } host, Path: { } path } ? new NamedWorkspace(host, path) : null;
        var current = workspace is null ? null : await workspace.Agent(session);
        var named = await NameOf(session, request, workspace);
        if (named is null && workspace is null)
        {
            return AgentRegistry.NoAgent;
        }
        if (!(await ProjectOf(session, request, named, current)).Try(out var project, out error))
        {
            return error;
        }
        var found = named is null
            ? await Registration.OfWorkspace(session, workspace!, project, request.Workspace)
            : await Registration.OfName(session, named, workspace, project, request.Guest, request.TakeOver);
        if (!found.Try(out var registration, out error)
            || !Profile.Apply(registration.Agent, request.Program, request.Model, request.Role, request.DisplayName, request.Session).Try(out var agent, out error))
        {
            return error;
        }
        if (workspace is not null && !registration.IsNew)
        {
            agent = workspace.Settle(session.Caller, agent, await AgentRegistry.Any(session, agent.AgentId));
        }
        agent = agent with
        {
            Fingerprint = request.Fingerprint ?? agent.Fingerprint,
            Operator = Profile.OperatorOf(session.Caller, claimed) ?? agent.Operator,
        };
        if (request.ExternalProjects is not null)
        {
            await AgentRegistry.SetExternals(session, agent.AgentId, externals);
        }
        return await Registration.Keep(session, agent, registration.IsNew);
    }

    /// <summary>The id that is asked for, or null for the one that the workspace has.</summary>
    private static async ValueTask<string?> NameOf(Session session, RegisterAgentRequest request, NamedWorkspace? workspace)
    {
        if (request.Agent is not null)
        {
            return request.Agent;
        }
        if (session.Caller is { Agent: { } own } caller
            && (caller.Role == Operations.Role.Agent || workspace is null || await AgentRegistry.Any(session, own) is { Binding: Binding.Named }))
        {
            return own.Value;
        }
        return workspace is null ? request.Workspace : null;
    }

    private static async ValueTask<Result<Project>> ProjectOf(Session session, RegisterAgentRequest request, string? named, Agent? current)
    {
        if (request.Project is null)
        {
            return named is not null && AgentId.TryComplete(named, projectName: null, out var id)
                ? await ProjectRegistry.FindOrOpen(session, id.ProjectName, proposal: null)
                : await ProjectRegistry.Find(session, reference: null);
        }
        if (current is { Project.IsWithoutRemote: true } && GitRemote.Parse(request.Project).Try(out var remote, out _)
            && (!remote.Project.IsWithoutRemote || current.Project == ProjectId.OfFolder(current.Host!, current.Path!))
            && NamedWorkspace.IsProven(session.Caller, current)
            && session.Caller.Reaches(current.Project) && session.Caller.Reaches(remote.Project)
            && await ProjectRegistry.Named(session, remote.Project.Value) is null
            && await ProjectRegistry.Named(session, current.Project.Value) is { } before)
        {
            return await ProjectNames.GrowUp(session, before, remote);
        }
        return await ProjectRegistry.FindOrOpen(session, request.Project, request.ProjectName);
    }
}
