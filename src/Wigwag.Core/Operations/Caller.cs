using Wigwag.Core.Agents;
using Wigwag.Core.Projects;

namespace Wigwag.Core.Operations;

/// <summary>What a credential lets its bearer do. Each role includes the ones above it, except that only agents and above write.</summary>
public enum Role
{
    /// <summary>Reads within its projects.</summary>
    Reader,
    /// <summary>Reads, and writes as one agent.</summary>
    Agent,
    /// <summary>A human: reads and writes as any agent they operate, and as themselves.</summary>
    Operator,
    /// <summary>Operates every agent, and manages keys, projects and backups.</summary>
    Administrator,
}

/// <summary>Who is asking, established by the face from the credential alone; no argument of an operation changes it.</summary>
public sealed record Caller
{
    /// <summary>The server itself, for work that readers of the log and deadlines start.</summary>
    public static readonly Caller System = new() { Credential = "system", Role = Role.Administrator };

    /// <summary>Id of the credential; limits, idempotency keys and the log are kept by it. Never the secret.</summary>
    public required string Credential { get; init; }

    public required Role Role { get; init; }

    /// <summary>The agent who speaks, or null when a human or the server does.</summary>
    public AgentId? Agent { get; init; }

    /// <summary>The run of the agent's client that the request belongs to, as the request says; it gives no rights.</summary>
    public ClientSession Session { get; init; } = ClientSession.Http;

    /// <summary>The agent's number among those of its project, in the order in which they came.</summary>
    public long Place { get; init; }

    /// <summary>The project of <see cref="Agent"/>, or the one that the caller stands in; the default for every <c>project</c> left out.</summary>
    public ProjectId? Project { get; init; }

    /// <summary>The human behind it, as git names them: <c>Ann Lee &lt;ann@example.org&gt;</c>.</summary>
    public string? Operator { get; init; }

    /// <summary>The projects this credential may see and touch; null for all.</summary>
    public IReadOnlySet<ProjectId>? Projects { get; init; }

    /// <summary>The SHA-256 of what the caller's working copy shows to be recognized; null when it shows nothing.</summary>
    public string? WorkspaceProof { get; init; }

    /// <summary>True for an administrator of the whole server: where they say that a workspace is, it is.</summary>
    public bool VouchesForWorkspaces => Role == Role.Administrator && Projects is null;

    /// <summary>
    /// Who shares what the server can do at once: each credential has a part of it. The agents of an administrator, such as all those of one
    /// machine's user, count one by one.
    /// </summary>
    public string Account => Role == Role.Administrator && Agent is { } agent ? $"{Credential} {agent.Value}" : Credential;

    /// <summary>True when the credential reaches this project.</summary>
    public bool Reaches(ProjectId project) => Projects is null || Projects.Contains(project);

    /// <summary>
    /// True when the credential speaks for this agent: it is its own, its operator's, or an administrator's, and reaches its project.
    /// </summary>
    public bool Operates(Agent agent) => Reaches(agent.Project) && Role switch
    {
        Role.Administrator => true,
        Role.Operator => Operator is not null && Operator == agent.Operator,
        Role.Agent => Agent == agent.AgentId,
        _ => false,
    };

    /// <summary>
    /// The caller speaking as an agent that they operate. The human of a key is who its maker says; an administrator speaks for whoever the
    /// agent has.
    /// </summary>
    public Caller As(Agent agent) => this with
    {
        Agent = agent.AgentId,
        Project = agent.Project,
        Place = agent.Place,
        Operator = Role == Role.Administrator ? agent.Operator ?? Operator : Operator ?? agent.Operator,
    };
}
