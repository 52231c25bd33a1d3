namespace Wigwag.Core.Operations;

/// <summary>
/// How the command line names a property of a request, where the property's own name is not what a person types:
/// <c>[Option("attach")]</c>. Without it, <c>next_owner</c> is <c>--next-owner</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>A list of attachments that the command line takes as files (<c>-</c> is standard input), uploads and names by content.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FilesAttribute : Attribute;

/// <summary>
/// A property of paths or scopes of the repository. A request has them relative to the repository's root, and its description says so; the
/// command line takes them as git does, relative to the folder that it runs in.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RepositoryPathsAttribute(PathShape shape) : Attribute
{
    /// <summary>The words of a description that hold for a request, and not for what is typed.</summary>
    public const string FromRoot = "relative to the repository's root";

    public PathShape Shape { get; } = shape;
}

/// <summary>What a path of a request may be.</summary>
public enum PathShape
{
    /// <summary>A file or a folder, exactly as it is named.</summary>
    Path,
    /// <summary>As <see cref="Path"/>, of what the agent holds already.</summary>
    HeldPath,
    /// <summary>A path, a pattern or a named surface.</summary>
    Scope,
    /// <summary>As <see cref="Scope"/>, of what the agent holds already; or the id of a lease.</summary>
    HeldScope,
}

/// <summary>A property that the command line fills with a fact of the workspace it runs in: see <see cref="WorkspaceFact"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FromWorkspaceAttribute(WorkspaceFact fact) : Attribute
{
    public WorkspaceFact Fact { get; } = fact;
}

/// <summary>What a local client knows of the working copy it runs in.</summary>
public enum WorkspaceFact
{
    /// <summary>The git remote that names the project, or the local identity.</summary>
    Project,
    /// <summary>What people would call the project where its identity has no name in it: the main working copy's folder.</summary>
    ProjectName,
    /// <summary>The name of the machine.</summary>
    Host,
    /// <summary>The absolute path of the working copy's root.</summary>
    Path,
    /// <summary>What changes when the repository's remotes may have changed.</summary>
    Fingerprint,
    /// <summary>The folder's own proposal for the workspace half of the agent's name.</summary>
    WorkspaceName,
    /// <summary>git's <c>user.name</c>.</summary>
    OperatorName,
    /// <summary>git's <c>user.email</c>.</summary>
    OperatorEmail,
    /// <summary>The targets that the repository's own configuration names.</summary>
    ExternalProjects,
}
