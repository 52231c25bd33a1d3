using System.ComponentModel;
using System.Text.Json.Serialization;
using Wigwag.Core.Agents;
using Wigwag.Core.Leases;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Status;

/// <summary>Why somebody waits.</summary>
public enum WaitCause
{
    /// <summary>For what another has reserved.</summary>
    [JsonStringEnumMemberName("reservation")]
    Reservation,
    /// <summary>For an answer to a BLOCKED message.</summary>
    [JsonStringEnumMemberName("message")]
    Message,
}

/// <summary>One who waits for another.</summary>
public sealed record Wait
{
    [Description("Who cannot go on.")]
    public required AgentId Agent { get; init; }

    [Description("For whom it waits: an agent, a project of which nobody took the message, or operator:<name>.")]
    [OthersText]
    public required string On { get; init; }

    [Description("What the other is to do: give up a reservation, or answer a BLOCKED message.")]
    public required WaitCause Cause { get; init; }

    [Description("The scope that the other holds, or the message's id.")]
    [OthersText]
    public required string What { get; init; }

    public required DateTimeOffset Since { get; init; }

    [JsonIgnore]
    internal ProjectId? Home { get; init; }

    [JsonIgnore]
    internal ProjectId? OnHome { get; init; }
}

/// <summary>A circle of waiting.</summary>
public sealed record Circle
{
    [Description("Who is in it, each waiting for the next and the last for the first.")]
    public required IReadOnlyList<AgentId> Agents { get; init; }

    [Description("Why each waits for the next.")]
    public required IReadOnlyList<Wait> Waits { get; init; }
}

/// <summary>Who waits for whom around a project: for reservations, and for answers to BLOCKED messages.</summary>
internal sealed record WaitGraph(IReadOnlyList<Wait> Waits, IReadOnlyList<Circle> Circles)
{
    private const int MaxProjects = 20;
    private const int MaxWaits = 100;
    private const int MaxCircles = 20;

    // What is waited for in one project is looked up so often at most.
    private const int MaxScopes = 400;

    /// <summary>
    /// The waits that begin or end in the project, and the circles that go through it, which may lead through other projects that the caller
    /// reaches.
    /// </summary>
    public static async ValueTask<WaitGraph> Around(Session session, Project project)
    {
        var blocks = (await MessageBook.OpenBlocks(session))
            .Select(block => new Wait
            {
                Agent = block.Waiter,
                On = block.On,
                Cause = WaitCause.Message,
                What = block.MessageId.Value,
                Since = block.Since,
                Home = block.Home,
                OnHome = block.OnHome,
            })
            .Where(wait => Touches(wait, project.ProjectId) || (Reaches(session.Caller, wait.Home) && Reaches(session.Caller, wait.OnHome)))
            .ToList();
        var all = new List<Wait>(blocks);
        foreach (var each in await Involved(session, project, blocks))
        {
            all.AddRange(await ForReservations(session, each));
        }
        var near = all.Where(wait => Touches(wait, project.ProjectId)).ToList();
        var circles = Status.Circles.Of(all).FindAll(circle => circle.Waits.Any(wait => Touches(wait, project.ProjectId)));
        return new([.. near.OrderBy(wait => wait.Since).Take(MaxWaits)], [.. circles.Take(MaxCircles)]);
    }

    // The project itself, and those to which messages lead.
    private static async ValueTask<List<Project>> Involved(Session session, Project project, List<Wait> blocks)
    {
        var projects = new List<Project> { project };
        var others = blocks.SelectMany(wait => new[] { wait.Home, wait.OnHome }).OfType<ProjectId>().Distinct()
            .Where(id => id != project.ProjectId && session.Caller.Reaches(id));
        foreach (var id in others.Take(MaxProjects))
        {
            if ((await ProjectRegistry.Get(session, id)).Try(out var other, out _))
            {
                projects.Add(other);
            }
        }
        return projects;
    }

    private static async ValueTask<List<Wait>> ForReservations(Session session, Project project)
    {
        var waits = new List<Wait>();
        var scopes = 0;
        foreach (var waiting in await LeaseBook.Waiting(session, project.ProjectId))
        {
            scopes += waiting.Scopes.Count;
            if (scopes > MaxScopes)
            {
                break;
            }
            if (!(await LeaseBook.Conflicts(session, project, waiting.Scopes, waiting.Mode, waiting.Holder)).Try(out var conflicts, out _))
            {
                continue;
            }
            waits.AddRange(conflicts.Select(conflict => new Wait
            {
                Agent = waiting.Holder,
                On = conflict.Holder.Value,
                Cause = WaitCause.Reservation,
                What = conflict.Scope,
                Since = waiting.Since,
                Home = project.ProjectId,
                OnHome = project.ProjectId,
            }));
        }
        return waits;
    }

    private static bool Touches(Wait wait, ProjectId project) => wait.Home == project || wait.OnHome == project;

    private static bool Reaches(Caller caller, ProjectId? project) => project is null || caller.Reaches(project.Value);
}
