using Microsoft.AspNetCore.Http;
using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Server.Access;

/// <summary>
/// Finds as whom a credential speaks. An agent's key speaks for its agent and no other; an operator's or administrator's for the
/// agent that the request names, by id or by the workspace it is sent from.
/// </summary>
internal sealed class Actors(IStore store)
{
    public const string AgentHeader = "Wigwag-Agent";
    public const string WorkspaceHeader = "Wigwag-Workspace";

    /// <summary>The caller as an agent, where the credential or the request says which.</summary>
    public ValueTask<Result<Caller>> Find(HttpRequest request, Caller credential, CancellationToken cancel)
    {
        var named = request.Headers[AgentHeader];
        var standing = request.Headers[WorkspaceHeader];
        return named.Count > 0 ? AsNamed(named.ToString(), standing.ToString(), credential, cancel)
            : credential.Agent is { } own ? AsOwn(own, credential, cancel)
            : standing.Count > 0 && credential.Role >= Role.Operator ? AsWorkspace(standing.ToString(), credential, cancel)
            : ValueTask.FromResult<Result<Caller>>(credential);
    }

    private async ValueTask<Result<Caller>> AsNamed(string header, string standing, Caller credential, CancellationToken cancel)
    {
        var isShort = !header.Contains('/', StringComparison.Ordinal);
        if (!AgentId.TryComplete(header, isShort ? await ProjectNameOf(header, standing, credential, cancel) : null, out var id))
        {
            if (isShort && standing.Length > 0 && AgentId.TryComplete(header, "project", out _))
            {
                return Error.NotFound(
                    "unknown_agent", $"No agent '{header}' is known in this workspace.", "Register it with register_agent (POST /v1/agents), then repeat the request.");
            }
            return Error.Invalid("bad_agent_id", $"The header {AgentHeader} takes {AgentId.Form}.", "Send the agent's id, or leave the header out.");
        }
        if (credential.Agent is { } own)
        {
            return own == id ? await AsOwn(own, credential, cancel) : NotYours(id);
        }
        if (credential.Role < Role.Operator)
        {
            return NotYours(id);
        }
        var found = await store.Read(credential, (session, _) => AgentRegistry.Find(session, id), cancel);
        return credential.Role == Role.Administrator
            ? found.Try(out var agent, out var unknown) ? As(agent, credential) : unknown
            // Another's agent and one that does not exist are one to an operator.
            : found.Try(out agent, out _) && IsOperatedBy(agent, credential) ? As(agent, credential) : NotYours(id);
    }

    /// <summary>
    /// The caller as the agent of the workspace on this machine that a folder is in, where the credential may speak for it: what a request
    /// says with <see cref="WorkspaceHeader"/>, for clients that cannot send it.
    /// </summary>
    public async ValueTask<Caller> At(string folder, Caller credential, CancellationToken cancel)
    {
        if (credential.Role < Role.Operator)
        {
            return credential;
        }
        var found = await store.Read<Agent?>(
            credential, async (session, _) => await AgentRegistry.Around(session, System.Net.Dns.GetHostName(), folder), cancel);
        return found.Value is { } agent && MaySpeakFor(agent, credential) ? As(agent, credential) : credential;
    }

    /// <summary>The project in which a workspace's name alone says which agent is meant: the key's own, or that of the workspace.</summary>
    private async ValueTask<string?> ProjectNameOf(string name, string standing, Caller credential, CancellationToken cancel)
    {
        if (credential.Agent is { } own)
        {
            return own.ProjectName;
        }
        if (credential.Role < Role.Operator || Workspace.TryParse(standing) is not { } workspace)
        {
            return null;
        }
        return (await store.Read<string?>(
            credential, async (session, _) => await AgentRegistry.ProjectNameAt(session, workspace.Host, workspace.Path, name), cancel)).Value;
    }

    // A key may be made before its agent registers; until then it stands in no project.
    private async ValueTask<Result<Caller>> AsOwn(AgentId own, Caller credential, CancellationToken cancel) =>
        (await store.Read(credential, (session, _) => AgentRegistry.Find(session, own), cancel)).Try(out var agent, out _) ? As(agent, credential) : credential;

    private async ValueTask<Result<Caller>> AsWorkspace(string header, Caller credential, CancellationToken cancel)
    {
        if (Workspace.TryParse(header) is not { } workspace)
        {
            return Error.Invalid(
                "bad_workspace", $"The header {WorkspaceHeader} takes host=…;path=…;fingerprint=…, each percent-encoded.", "Send all three, or leave the header out.");
        }
        var found = await store.Read<Agent?>(
            credential, async (session, _) => await AgentRegistry.ForWorkspace(session, workspace.Host, workspace.Path), cancel);
        return found.Value is { } agent && agent.Fingerprint == workspace.Fingerprint && MaySpeakFor(agent, credential)
                ? As(agent, credential)
                : Error.Conflict(
                    "workspace_unregistered",
                    "No agent is registered for this workspace, or its repository has changed since.",
                    "Register it with register_agent (POST /v1/agents), then repeat the request.");
    }

    private static bool MaySpeakFor(Agent agent, Caller credential) =>
        credential.Reaches(agent.Project) && (credential.Role == Role.Administrator || IsOperatedBy(agent, credential));

    private static bool IsOperatedBy(Agent agent, Caller credential) => credential.Operator is not null && agent.Operator == credential.Operator;

    private static Caller As(Agent agent, Caller credential) => credential with
    {
        Agent = agent.AgentId,
        Project = agent.Project,
        Place = agent.Place,
        Operator = agent.Operator ?? credential.Operator,
    };

    private static Error NotYours(AgentId id) =>
        Error.Forbidden("not_your_agent", $"This key does not speak for {id}.", "Use that agent's own key, or its operator's.");

    /// <summary>Where a request is sent from, as a client says.</summary>
    private sealed record Workspace(string Host, string Path, string Fingerprint)
    {
        public static Workspace? TryParse(string header)
        {
            var facts = new Dictionary<string, string>();
            foreach (var part in header.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (part.Split('=', 2) is not [var name, var value] || !facts.TryAdd(name, Uri.UnescapeDataString(value)))
                {
                    return null;
                }
            }
            return facts.TryGetValue("host", out var host) && facts.TryGetValue("path", out var path) && facts.TryGetValue("fingerprint", out var fingerprint)
                ? new(host, path, fingerprint)
                : null;
        }
    }
}
