namespace Wigwag.Core.Issues;

/// <summary>What is known of an issue before it is opened; <see cref="IssueBook.Open"/> checks it against <see cref="IssueLimits"/>.</summary>
public sealed record NewIssue
{
    public required string Title { get; init; }

    /// <summary>Markdown.</summary>
    public string Body { get; init; } = "";

    /// <summary>0 is the most urgent, 4 the least.</summary>
    public int Priority { get; init; } = IssueLimits.DefaultPriority;

    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Issues of any project that must be closed first.</summary>
    public IReadOnlyList<IssueId> DependsOn { get; init; } = [];
}
