using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

/// <summary>Finds whom a text names.</summary>
internal static class RecipientBook
{
    private const string EveryoneIn = "all/";

    // Of the agents of a project, those that are offered for a name that none has.
    private const int MostOffered = 200;

    /// <summary>
    /// The recipient that <paramref name="to"/> names: <c>main/beads</c>, <c>beads</c> or any other spelling of a project, <c>all/beads</c>,
    /// <c>operator:ann</c>; without it, the project <paramref name="project"/>. Where both are given they must agree.
    /// </summary>
    public static async ValueTask<Result<Recipient>> Find(Session session, string? to, string? project)
    {
        if (to is null && project is null)
        {
            return Error.Invalid("recipient_required", "A message needs somebody to go to.", "Give to: an agent like main/beads, a project, or all/<project>.");
        }
        if (to is not null && !Sanitize.IsStorable(to))
        {
            return Error.Invalid("bad_text", "The recipient is not text.", "Give an agent's id or a project.");
        }
        if (!(await Named(session, (to ?? project)!.Trim())).Try(out var recipient, out var error))
        {
            return error;
        }
        if (to is null || project is null || recipient.Kind == RecipientKind.Operator)
        {
            return recipient;
        }
        if (!(await ProjectRegistry.Find(session, project)).Try(out var stated, out error))
        {
            return error;
        }
        return stated.ProjectId.Value == recipient.Home
            ? recipient
            : Error.Invalid(
                "recipient_elsewhere",
                $"{recipient.Written} belongs to {recipient.Home}, not to {stated.ProjectId}.",
                "Leave project out, or name the recipient's own.");
    }

    private static async ValueTask<Result<Recipient>> Named(Session session, string name)
    {
        if (name.StartsWith(Operators.Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return await Human(session, name[Operators.Prefix.Length..]);
        }
        if (name.StartsWith(EveryoneIn, StringComparison.OrdinalIgnoreCase) &&
            (await ProjectRegistry.Find(session, name[EveryoneIn.Length..])).Try(out var whole, out _))
        {
            return Recipient.Everyone(whole);
        }
        // github.com/beads would be an agent's id as well: a registered agent comes first.
        if (AgentId.TryParse(name.ToLowerInvariant(), out var id) &&
            (await AgentRegistry.Find(session, id)).Try(out var agent, out _) &&
            session.Caller.Reaches(agent.Project))
        {
            return Recipient.Of(id, agent.Project);
        }
        if ((await ProjectRegistry.Find(session, name)).Try(out var project, out var unknown))
        {
            return Recipient.AnyOf(project.ProjectId);
        }
        return unknown.Code == "ambiguous_project" ? unknown : await Unknown(session, name, unknown);
    }

    // The agents of the project that the name ends in are what was probably meant; without such a project, the projects that it is near to.
    private static async ValueTask<Error> Unknown(Session session, string name, Error unknown)
    {
        var slash = name.LastIndexOf('/');
        var offer = unknown.Next;
        if (slash >= 0 && (await ProjectRegistry.Find(session, name[(slash + 1)..])).Try(out var project, out _))
        {
            var agents = await AgentRegistry.LatestIn(session, project.ProjectId, MostOffered);
            offer = NearNames.Offer(
                name,
                agents.Select(agent => agent.AgentId.Value),
                agents.Count == 0
                    ? $"{project.Name} has no agent yet; send to {project.Name} itself and it waits for the first."
                    : $"{project.Name} has {string.Join(", ", agents.Take(5).Select(agent => agent.AgentId.Value))}; or send to {project.Name} itself.");
        }
        return Error.NotFound("unknown_recipient", $"There is no agent or project {Sanitize.Quote(name)}.", offer) with { Details = unknown.Details };
    }

    // Humans are known by the agents they operate.
    private static async ValueTask<Result<Recipient>> Human(Session session, string name)
    {
        var wanted = Operators.Key(name);
        var known = new HashSet<string>();
        if (Operators.Key(session.Caller.Operator) is { } self)
        {
            known.Add(self);
        }
        foreach (var project in new[] { session.Caller.Project }.OfType<ProjectId>())
        {
            known.UnionWith((await AgentRegistry.OperatorsIn(session, project)).Select(Operators.Key).OfType<string>());
        }
        return wanted is not null && known.Contains(wanted)
            ? Recipient.Human(wanted)
            : Error.NotFound(
                "unknown_recipient",
                $"No agent here has the operator {Sanitize.Quote(name)}.",
                NearNames.Offer(wanted ?? "", known.Where(Quotation.IsWord), "Operators are written operator:ann@example.org, as git names them."));
    }
}
