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

    /// <summary>The credential with what the working copy that it comes from shows to be recognized.</summary>
    public static Caller WithProof(HttpRequest request, Caller credential) =>
        request.Headers[WorkspaceHeader] is { Count: > 0 } header && Standing.TryParse(header.ToString()) is { Proof: { } proof }
            ? credential with { WorkspaceProof = proof }
            : credential;

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
            ? found.Try(out var agent, out var unknown) ? credential.As(agent) : unknown
            // Another's agent and one that does not exist are one to an operator.
            : found.Try(out agent, out _) && credential.Operates(agent) ? credential.As(agent) : NotYours(id);
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
            credential, async (session, _) => await NamedWorkspace.Around(session, System.Net.Dns.GetHostName(), folder), cancel);
        return found.Value is { } agent && credential.Operates(agent) ? credential.As(agent) : credential;
    }

    /// <summary>The project in which a workspace's name alone says which agent is meant: the key's own, or that of the workspace.</summary>
    private async ValueTask<string?> ProjectNameOf(string name, string standing, Caller credential, CancellationToken cancel)
    {
        if (credential.Agent is { } own)
        {
            return own.ProjectName;
        }
        if (credential.Role < Role.Operator || Standing.TryParse(standing) is not { } workspace)
        {
            return null;
        }
        return (await store.Read<string?>(
            credential, async (session, _) => await workspace.Place.ProjectNameFor(session, name), cancel)).Value;
    }

    // A key may be made before its agent registers; until then it stands in no project.
    private async ValueTask<Result<Caller>> AsOwn(AgentId own, Caller credential, CancellationToken cancel) =>
        (await store.Read(credential, (session, _) => AgentRegistry.Find(session, own), cancel)).Try(out var agent, out _) ? credential.As(agent) : credential;

    private async ValueTask<Result<Caller>> AsWorkspace(string header, Caller credential, CancellationToken cancel)
    {
        if (Standing.TryParse(header) is not { } workspace)
        {
            return Error.Invalid(
                "bad_workspace", $"The header {WorkspaceHeader} takes host=…;path=…;fingerprint=…, each percent-encoded, and proof=… of 64 hexadecimal digits.", "Send the first three, or leave the header out.");
        }
        var found = await store.Read<Agent?>(
            credential, async (session, _) => await workspace.Place.Agent(session), cancel);
        return found.Value is { } agent && agent.Fingerprint == workspace.Fingerprint && credential.Operates(agent)
            && (workspace.Proof is null || NamedWorkspace.IsProvenBy(workspace.Proof, agent))
                ? credential.As(agent)
                : Error.Conflict(
                    "workspace_unregistered",
                    "No agent is registered for this workspace, or its repository has changed since.",
                    "Register it with register_agent (POST /v1/agents), then repeat the request.");
    }

    private static Error NotYours(AgentId id) =>
        Error.Forbidden("not_your_agent", $"This key does not speak for {id}.", "Use that agent's own key, or its operator's.");

    /// <summary>Where a request is sent from, as a client says.</summary>
    private sealed record Standing(NamedWorkspace Place, string Fingerprint, string? Proof)
    {
        public static Standing? TryParse(string header)
        {
            var facts = new Dictionary<string, string>();
            foreach (var part in header.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (part.Split('=', 2) is not [var name, var value] || !facts.TryAdd(name, Uri.UnescapeDataString(value)))
                {
                    return null;
                }
            }
            string? proof = null;
            if (facts.TryGetValue("proof", out var shown) && !WorkspaceProof.TryHash(shown, out proof))
            {
                return null;
            }
            return facts.TryGetValue("host", out var host) && facts.TryGetValue("path", out var path) && facts.TryGetValue("fingerprint", out var fingerprint)
                ? new(new(host, path), fingerprint, proof)
                : null;
        }
    }
}
