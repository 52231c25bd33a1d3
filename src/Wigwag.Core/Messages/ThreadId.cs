using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Messages;

/// <summary>Identity of a thread: <c>issue:</c> and the issue it is about, or <c>m:</c> and the message that began it.</summary>
[JsonConverter(typeof(IdConverter<ThreadId>))]
public readonly record struct ThreadId : IId<ThreadId>
{
    private const string IssuePrefix = "issue:";
    private const string MessagePrefix = "m:";

    private ThreadId(string value) => Value = value;

    public string Value { get; }

    public static string Form => "a thread id like issue:vc-a3f8 or m:m-4k7q2m9xw3";

    /// <summary>The issue it is about, or null.</summary>
    public IssueId? Issue => Value.StartsWith(IssuePrefix, StringComparison.Ordinal) ? IssueId.Parse(Value[IssuePrefix.Length..]) : null;

    public static ThreadId Of(IssueId issue) => new(IssuePrefix + issue.Value);

    /// <summary>The thread that a message without an issue begins.</summary>
    public static ThreadId Of(MessageId first) => new(MessagePrefix + first.Value);

    public static bool TryParse([NotNullWhen(true)] string? text, out ThreadId id)
    {
        var known = text is not null &&
            ((text.StartsWith(IssuePrefix, StringComparison.Ordinal) && IssueId.TryParse(text[IssuePrefix.Length..], out _)) ||
            (text.StartsWith(MessagePrefix, StringComparison.Ordinal) && Messages.MessageId.TryParse(text[MessagePrefix.Length..], out _)));
        id = known ? new(text!) : default;
        return known;
    }

    /// <summary>The identifier that a trusted source, such as a row, holds.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static ThreadId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"Not {Form}: '{text}'.");

    public override string ToString() => Value;
}
