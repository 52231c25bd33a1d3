using System.Text.Json.Nodes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Git;

/// <summary>Everything a working copy says about itself; what an agent registers with.</summary>
public sealed record WorkspaceFacts
{
    /// <summary>The project's id.</summary>
    public required ProjectId ProjectId { get; init; }

    /// <summary>The remote that names the project, without credentials, or its id where there is none.</summary>
    public required string Project { get; init; }

    /// <summary>What people would call the project where its id has no name in it; else null.</summary>
    public string? ProjectName { get; init; }

    public required string Host { get; init; }

    /// <summary>The working copy's root, without symbolic links.</summary>
    public required string Path { get; init; }

    public required string Fingerprint { get; init; }

    /// <summary>The workspace half of the agent's id, <c>dave</c> or <c>main</c>.</summary>
    public required string WorkspaceName { get; init; }

    public string? OperatorName { get; init; }

    public string? OperatorEmail { get; init; }

    /// <summary>What the repository calls other projects, each with a remote without credentials, or an id.</summary>
    public required IReadOnlyList<ExternalProject> ExternalProjects { get; init; }

    /// <summary>What was left out of the repository's configuration and why, a line each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>One fact as a property of a request, or null when the working copy does not say it.</summary>
    public JsonNode? this[WorkspaceFact fact] => fact switch
    {
        WorkspaceFact.Project => Project,
        WorkspaceFact.ProjectName => ProjectName,
        WorkspaceFact.Host => Host,
        WorkspaceFact.Path => Path,
        WorkspaceFact.Fingerprint => Fingerprint,
        WorkspaceFact.WorkspaceName => WorkspaceName,
        WorkspaceFact.OperatorName => OperatorName,
        WorkspaceFact.OperatorEmail => OperatorEmail,
        WorkspaceFact.ExternalProjects => new JsonArray(
            [.. ExternalProjects.Select(JsonNode? (external) => new JsonObject { ["name"] = external.Name, ["project"] = external.Project })]),
        _ => throw new ArgumentOutOfRangeException(nameof(fact)),
    };
}
