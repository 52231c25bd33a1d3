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
