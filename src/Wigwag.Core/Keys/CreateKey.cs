using System.ComponentModel;
using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Keys;

/// <summary>A key to make.</summary>
public sealed record CreateKeyRequest
{
    [Description("What it is for, in a few words: laptop of Ann.")]
    public required string Name { get; init; }

    [Description("What it lets its bearer do: reader, agent (reads, and writes as one agent), operator (as any agent they operate), administrator.")]
    public required Role Role { get; init; }

    [Description("The agent that an agent's key speaks for, for example dave/vc.")]
    public AgentId? Agent { get; init; }

    [Description("The human behind it, as git names them: Ann Lee <ann@example.org>. Needed for an operator's key.")]
    public string? Operator { get; init; }

    [Description("The projects it reaches, by id or short name; left out, all that the maker's own key reaches.")]
    public IReadOnlyList<string>? Projects { get; init; }

    [Description("Days until it ends by itself, 1 to 3650; left out, it does not.")]
    public int? ExpiresInDays { get; init; }
}

/// <summary>A key that was made.</summary>
public sealed record CreateKeyAnswer
{
    [Description("The key.")]
    public required Key Key { get; init; }

    [Description("Its secret, shown this once; absent when the command is repeated.")]
    [ServerText]
    public string? Token { get; init; }
}

public static class CreateKey
{
    private const int NameLength = 100;
    private const int OperatorLength = 200;

    public static readonly Operation<CreateKeyRequest, CreateKeyAnswer> Operation = new()
    {
        Name = "create_key",
        Title = "Create a key",
        Description = "Makes a key for a reader, an agent, an operator or an administrator and answers its secret once; the server keeps only a hash. "
            + "Operators make keys for agents they operate and for readers.",
        Effect = Effect.Command,
        Http = "POST /v1/keys",
        Cli = "key create <name>",
        Example = "wigwag key create 'CI of vc' --role reader --projects vc",
        Role = Role.Operator,
        Toolset = "admin",
        Status = 201,
        Json = KeysJson.Default,
        WithoutSecret = answer => answer with { Token = null },
        Handler = Handle,
    };

    private static async ValueTask<Result<CreateKeyAnswer>> Handle(Session session, CreateKeyRequest request, CancellationToken cancel)
    {
        if (Refusal(session.Caller, request) is { } refusal)
        {
            return refusal;
        }
        if (await KeptLimits.OneMoreKey(session) is { } tooMany)
        {
            return tooMany;
        }
        var human = request.Operator;
        if (request.Agent is { } id)
        {
            if (!(await OperatorOf(session, id)).Try(out var agents, out var unknown))
            {
                return unknown;
            }
            human ??= agents.Human;
        }
        if (!(await Reach(session, request.Projects)).Try(out var reach, out var stranger))
        {
            return stranger;
        }
        var (key, token) = KeyToken.New();
        var made = new Key
        {
            KeyId = key,
            Name = request.Name.Trim(),
            Role = request.Role,
            Agent = request.Agent,
            Operator = human ?? (session.Caller.Role == Role.Operator ? session.Caller.Operator : null),
            Projects = reach.Projects,
            CreatedAt = session.Now,
            CreatedBy = session.Caller.Credential,
            ExpiresAt = request.ExpiresInDays is { } days ? session.Now.AddDays(days) : null,
        };
        await KeyBook.Add(session, made, KeyToken.Hash(token));
        return new CreateKeyAnswer { Key = made, Token = token };
    }

    private static Error? Refusal(Caller caller, CreateKeyRequest request) => request switch
    {
        { Name: var name } when name.Trim().Length is 0 or > NameLength || name.Any(char.IsControl) => Error.Invalid(
            "bad_key_name", $"A key's name has 1 to {NameLength} characters on one line.", "Say in a few words what it is for."),
        { Operator: { } human } when human.Trim().Length is 0 or > OperatorLength || human.Any(char.IsControl) => Error.Invalid(
            "bad_operator", $"An operator's name has 1 to {OperatorLength} characters on one line.", "Write it as git does: Ann Lee <ann@example.org>."),
        { Role: Role.Agent, Agent: null } => Error.Invalid("agent_missing", "An agent's key names its agent.", "Send agent, for example dave/vc."),
        { Role: not Role.Agent, Agent: not null } => Error.Invalid("agent_not_wanted", "Only an agent's key names an agent.", "Leave agent out, or make a key of the role agent."),
        { Role: Role.Operator, Operator: null } => Error.Invalid("operator_missing", "An operator's key names the human.", "Send operator: Ann Lee <ann@example.org>."),
        { ExpiresInDays: < 1 or > 3650 } => Error.Invalid("bad_expiry", "A key ends after 1 to 3650 days.", "Send a number of days in that range, or leave it out."),
        { Projects: { Count: 0 or > 1000 } } => Error.Invalid("bad_projects", "A key reaches 1 to 1000 named projects.", "Name them, or leave projects out."),
        _ when request.Role >= caller.Role && caller.Role != Role.Administrator => Error.Forbidden(
            "role_too_low", "An operator makes keys for agents and readers only.", "Ask an administrator."),
        _ when caller.Role != Role.Administrator && request.Operator is not null && request.Operator != caller.Operator => Error.Forbidden(
            "not_your_operator", "An operator makes keys in their own name only.", "Leave operator out."),
        _ => null,
    };

    private sealed record Humans(string? Human);

    // An administrator may make a key before its agent registers; an operator's agents are those that registered as theirs.
    private static async ValueTask<Result<Humans>> OperatorOf(Session session, AgentId id)
    {
        var found = await AgentRegistry.Find(session, id);
        if (session.Caller.Role == Role.Administrator)
        {
            return new Humans(found.Try(out var any, out _) ? any.Operator : null);
        }
        return found.Try(out var agent, out _) && session.Caller.Operates(agent)
            ? new Humans(agent.Operator)
            : Error.NotFound("unknown_agent", $"You operate no agent {id}.", "List your agents with list_agents.");
    }

    private sealed record Reached(IReadOnlyList<ProjectId>? Projects);

    private static async ValueTask<Result<Reached>> Reach(Session session, IReadOnlyList<string>? references)
    {
        if (references is null)
        {
            return new Reached(session.Caller.Projects?.ToList());
        }
        var projects = new List<ProjectId>();
        foreach (var reference in references)
        {
            if (!(await ProjectRegistry.Find(session, reference)).Try(out var project, out var unknown))
            {
                return unknown;
            }
            projects.Add(project.ProjectId);
        }
        return new Reached([.. projects.Distinct()]);
    }
}
