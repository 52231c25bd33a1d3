using System.Globalization;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Core.Feed;

/// <summary>Who may be told of a fact, and whom it concerns.</summary>
public static class Audience
{
    private const string Whole = "all:";

    /// <summary>In an audience: whoever is, or comes to be, an agent of a project; with a place, those that came up to it.</summary>
    public static string AllOf(ProjectId project, long? place = null) => string.Create(CultureInfo.InvariantCulture, $"{Whole}{place}:{project}");

    /// <summary>True when the fact names the caller's agent in its audience, or all of its project.</summary>
    public static bool Concerns(this Event e, Caller caller)
    {
        if (caller.Agent is not { } agent)
        {
            return false;
        }
        foreach (var name in e.Audience)
        {
            if (name == agent.Value || (name.StartsWith(Whole, StringComparison.Ordinal) && IsAmong(name, caller)))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsAmong(string name, Caller caller)
    {
        var end = name.IndexOf(':', Whole.Length);
        return caller.Project is { } project && name.AsSpan(end + 1).SequenceEqual(project.Value)
            && (end == Whole.Length || caller.Place <= long.Parse(name.AsSpan(Whole.Length, end - Whole.Length), CultureInfo.InvariantCulture));
    }

    /// <summary>True when the caller may know of the fact: it happened within reach of the credential, or concerns the caller's agent.</summary>
    public static bool MayKnow(this Event e, Caller caller) => e.Project == Keys.KeyBook.Home
        ? caller.Role >= Role.Operator && caller.Reaches(e.Project)
        : caller.Reaches(e.Project) || e.Concerns(caller);
}
