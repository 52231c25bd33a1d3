using System.Globalization;
using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Core.Agents;

/// <summary>What is said about an agent by itself and by its workspace, as it may be kept and shown.</summary>
internal static class Profile
{
    private const int MaxLength = 200;
    private const int MaxPathLength = 4096;
    private const int MaxExternals = 100;
    private const int MaxExternalName = 63;

    /// <summary>The agent with what the profile says; what it leaves out stays, what it gives as empty text goes.</summary>
    public static Result<Agent> Apply(Agent agent, string? program, string? model, string? role, string? displayName, string? session)
    {
        string[] fields = ["program", "model", "role", "display_name", "session"];
        string?[] said = [program, model, role, displayName, session];
        string?[] was = [agent.Program, agent.Model, agent.Role, agent.DisplayName, agent.Session];
        for (var i = 0; i < fields.Length; i++)
        {
            if (said[i] is { } text && !Text(fields[i], text).Try(out was[i], out var error))
            {
                return error;
            }
        }
        if (displayName is not null && PassesForSomebody(was[3]!, agent))
        {
            return Error.Invalid(
                "bad_profile",
                "A display name is not written as an agent's id, an operator, an e-mail address or wigwag.",
                "Use a name for people, such as Dave's laptop.");
        }
        return agent with { Program = Given(was[0]), Model = Given(was[1]), Role = Given(was[2]), DisplayName = Given(was[3]), Session = Given(was[4]) };
    }

    // Whoever reads a display name must not take its bearer for another agent, a human or the server.
    private static bool PassesForSomebody(string name, Agent agent) =>
        (AgentId.TryParse(name.ToLowerInvariant(), out var id) && id != agent.AgentId)
        || name.StartsWith("operator", StringComparison.OrdinalIgnoreCase)
        || name.Equals("wigwag", StringComparison.OrdinalIgnoreCase)
        || name.Contains('@', StringComparison.Ordinal);

    /// <summary>A person as git writes one: <c>Ann Lee &lt;ann@example.org&gt;</c>; null when there is neither name nor address.</summary>
    public static Result<string> Operator(string? name, string? email)
    {
        if (!Text("operator_name", name ?? "").Try(out var who, out var error) || !Text("operator_email", email ?? "").Try(out var where, out error))
        {
            return error;
        }
        return (who, where) switch
        {
            (_, "") => who,
            ("", _) => $"<{where}>",
            _ => $"{who} <{where}>",
        };
    }

    /// <summary>The human whom the maker of the caller's key named, or null; an administrator says who it is.</summary>
    public static string? OperatorOf(Caller caller, string claimed) =>
        caller.Role == Role.Administrator ? Given(claimed) ?? caller.Operator : caller.Operator;

    /// <summary>A host, a path or a fingerprint: as it is, or refused.</summary>
    public static Error? Place(string field, string? text) => text is null || (text.Length is > 0 and <= MaxPathLength && !text.Any(char.IsControl))
        ? null
        : Error.Invalid("bad_workspace", $"{field} must have 1 to {MaxPathLength} characters and no control characters.", "Send it as the workspace's client finds it.");

    /// <summary>What the repository's configuration calls other projects, by names in lower case and ids.</summary>
    public static Result<List<(string Name, ProjectId Project)>> Externals(IReadOnlyList<ExternalProject> externals)
    {
        if (externals.Count > MaxExternals)
        {
            return Error.TooLarge("too_many_external_projects", $"A repository names at most {MaxExternals} external projects, not {externals.Count}.", "Remove those that nobody sends to.");
        }
        List<(string, ProjectId)> projects = [];
        foreach (var external in externals)
        {
            var name = external.Name.Trim().ToLowerInvariant();
            if (name.Length is 0 or > MaxExternalName || name.Any(letter => char.IsControl(letter) || letter is '/' or ':'))
            {
                return Error.Invalid("bad_external_project", $"An external project's name has 1 to {MaxExternalName} characters, none of them '/' or ':'.", "Rename it in external_projects.");
            }
            if (!GitRemote.Normalize(external.Project).Try(out var project, out var error))
            {
                return error with { Message = $"external_projects.{name}: {error.Message}" };
            }
            projects.Add((name, project));
        }
        return projects;
    }

    // Control and formatting characters could make one text look like another on a terminal.
    private static Result<string> Text(string field, string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))
            {
                kept.Append(rune);
            }
        }
        return kept.ToString().Trim() is { Length: <= MaxLength } shown
            ? shown
            : Error.Invalid("bad_profile", $"{field} is longer than {MaxLength} characters.", "Shorten it.");
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
