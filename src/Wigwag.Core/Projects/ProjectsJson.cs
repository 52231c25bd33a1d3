using System.Text.Json.Serialization;

namespace Wigwag.Core.Projects;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Project))]
[JsonSerializable(typeof(ProjectRenamed))]
[JsonSerializable(typeof(ProjectAliased))]
[JsonSerializable(typeof(RegisterProjectRequest))]
[JsonSerializable(typeof(ListProjectsRequest))]
[JsonSerializable(typeof(ProjectPage))]
[JsonSerializable(typeof(ShowProjectRequest))]
[JsonSerializable(typeof(ProjectDetails))]
[JsonSerializable(typeof(AliasProjectRequest))]
[JsonSerializable(typeof(RenameProjectRequest))]
[JsonSerializable(typeof(SetProjectPolicyRequest))]
public sealed partial class ProjectsJson : JsonSerializerContext;
