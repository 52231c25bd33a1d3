using Wigwag.Core.Agents;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Projects;

/// <summary>
/// Changes what projects answer to. Nothing that was ever written under a project's id moves to another. A name belongs to one project of
/// the whole server, so whoever gives names out must see them all: to others a refusal would tell which are taken.
/// </summary>
internal static class ProjectNames
{
    private static readonly Error SeesSomeOnly = Error.Forbidden(
        "key_limited_to_projects",
        "A key that is limited to some projects gives no names: they are unique among all projects of the server.",
        "Ask an administrator, or use a key that is not limited to projects.");

    /// <summary>Gives a project another short name; the former one still names it.</summary>
    public static async ValueTask<Result<Project>> Rename(Session session, string reference, string name)
    {
        if (session.Caller.Projects is not null)
        {
            return SeesSomeOnly;
        }
        if (!(await ProjectRegistry.Find(session, reference)).Try(out var project, out var error))
        {
            return error;
        }
        if (ShortName.Of(name) != name)
        {
            return BadName(name);
        }
        if (name == project.Name)
        {
            return project;
        }
        if (await KeptLimits.OneMoreName(session, project, name) is { } tooMany)
        {
            return tooMany;
        }
        if (!await ProjectRegistry.TakeName(session, name, project.ProjectId)
            && await ProjectRegistry.Named(session, name) is { } holder && holder.ProjectId != project.ProjectId)
        {
            return Taken(name, holder);
        }
        await session.Execute(
            "UPDATE projects SET name = @name WHERE project = @project",
            ("name", name),
            ("project", project.ProjectId));
        await session.Append(ProjectEvents.Renamed, project.ProjectId, project.ProjectId.Value, new(name, project.Name));
        return project with { Name = name };
    }

    /// <summary>
    /// Makes a short name, or another remote (a fork, a mirror), mean a project. A registered project behind it that has agents and
    /// nothing else becomes part of the project: its agents keep their ids.
    /// </summary>
    public static async ValueTask<Result<Project>> Alias(Session session, string reference, string alias)
    {
        if (session.Caller.Projects is not null)
        {
            return SeesSomeOnly;
        }
        if (!(await ProjectRegistry.Find(session, reference)).Try(out var project, out var error)
            || !ProjectRegistry.ProjectKey(alias.Trim()).Try(out var key, out error))
        {
            return error;
        }
        if (!ProjectId.TryParse(key, out var other) && ShortName.Of(key) != key)
        {
            return BadName(key);
        }
        if (await KeptLimits.OneMoreName(session, project, key) is { } tooMany)
        {
            return tooMany;
        }
        if (await ProjectRegistry.TakeName(session, key, project.ProjectId))
        {
            await session.Append(ProjectEvents.Aliased, project.ProjectId, project.ProjectId.Value, new(key, Absorbed: false));
            return project;
        }
        var holder = await ProjectRegistry.Named(session, key);
        if (holder is null || holder.ProjectId == project.ProjectId)
        {
            return project;
        }
        if (other.Value is null || holder.ProjectId != other)
        {
            return Taken(key, holder);
        }
        if (await HasContents(session, holder.ProjectId))
        {
            return Error.Conflict(
                "project_in_use",
                $"{holder.ProjectId} has issues or messages of its own, so it stays a project of its own.",
                "Make the alias before the other project is used, or point the clone's remote at the project.");
        }
        await Absorb(session, holder.ProjectId, project.ProjectId);
        await session.Append(ProjectEvents.Aliased, project.ProjectId, project.ProjectId.Value, new(key, Absorbed: true));
        return project;
    }

    /// <summary>
    /// A project that had no remote has one now. What was written under the old id stays there and the remote names it too; a project
    /// without contents takes the remote's id. Either way its short name and its agents stay.
    /// </summary>
    public static async ValueTask<Project> GrowUp(Session session, Project project, GitRemote remote)
    {
        if (await HasContents(session, project.ProjectId))
        {
            await ProjectRegistry.TakeName(session, remote.Project.Value, project.ProjectId);
            await session.Execute(
                "UPDATE projects SET remote = @remote WHERE project = @project",
                ("remote", remote.Url),
                ("project", project.ProjectId));
            await session.Append(ProjectEvents.Aliased, project.ProjectId, project.ProjectId.Value, new(remote.Project.Value, Absorbed: false));
            return project with { Remote = remote.Url };
        }
        var grown = project with { ProjectId = remote.Project, Remote = remote.Url };
        await ProjectRegistry.TakeName(session, remote.Project.Value, remote.Project);
        await Absorb(session, project.ProjectId, remote.Project);
        await ProjectRegistry.Insert(session, grown);
        await session.Append(ProjectEvents.Registered, grown.ProjectId, grown.ProjectId.Value, grown);
        return grown;
    }

    // Whatever a project contains was stated in its log when it came; its agents may also have mail in threads of other projects.
    private static async ValueTask<bool> HasContents(Session session, ProjectId project) => await MessageBook.HasMail(session, project) || await session.Scalar(
        """
        SELECT 1 FROM events
        WHERE project = @project AND kind NOT LIKE 'project.%' AND kind NOT LIKE 'agent.%'
        LIMIT 1
        """,
        ("project", project)) is not null;

    private static async ValueTask Absorb(Session session, ProjectId from, ProjectId into)
    {
        await session.Execute("DELETE FROM projects WHERE project = @from", ("from", from));
        await session.Execute("UPDATE project_names SET project = @into WHERE project = @from", ("into", into), ("from", from));
        await AgentRegistry.Move(session, from, into);
    }

    private static Error BadName(string name) => Error.Invalid(
        "bad_project_name",
        $"{Sanitize.Quote(name)} is not a short name.",
        $"Use lower-case letters, digits, '.', '_' and '-', at most 40 of them, a letter or digit first{(ShortName.Of(name) is { } near ? $": {near}" : "")}.");

    private static Error Taken(string name, Project holder) =>
        Error.Conflict("project_name_taken", $"{Sanitize.Quote(name)} already names {holder.ProjectId}.", "Choose another name.");
}
