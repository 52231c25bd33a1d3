using System.Text.Json.Serialization;

namespace Wigwag.Core.Issues;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Issue))]
[JsonSerializable(typeof(IssuePage))]
[JsonSerializable(typeof(CreateIssueRequest))]
[JsonSerializable(typeof(ShowIssueRequest))]
[JsonSerializable(typeof(ListIssuesRequest))]
[JsonSerializable(typeof(ListReadyIssuesRequest))]
[JsonSerializable(typeof(UpdateIssueRequest))]
[JsonSerializable(typeof(ClaimIssueRequest))]
[JsonSerializable(typeof(ClaimNextIssueRequest))]
[JsonSerializable(typeof(UnclaimIssueRequest))]
[JsonSerializable(typeof(CloseIssueRequest))]
[JsonSerializable(typeof(ReopenIssueRequest))]
[JsonSerializable(typeof(DependIssueRequest))]
[JsonSerializable(typeof(UndependIssueRequest))]
[JsonSerializable(typeof(IssueCreated))]
[JsonSerializable(typeof(IssueUpdated))]
[JsonSerializable(typeof(IssueClaimed))]
[JsonSerializable(typeof(IssueUnclaimed))]
[JsonSerializable(typeof(IssueClosed))]
[JsonSerializable(typeof(IssueReopened))]
[JsonSerializable(typeof(IssueDependency))]
public sealed partial class IssuesJson : JsonSerializerContext;
