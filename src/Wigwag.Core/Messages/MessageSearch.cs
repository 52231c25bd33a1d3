namespace Wigwag.Core.Messages;

/// <summary>
/// Full-text search over messages in an engine's own tongue: fragments of SQL, and the expressions that are their parameters. Every
/// expression is built from terms alone, each quoted, so that no text a user types is ever syntax.
/// </summary>
public abstract class MessageSearch
{
    /// <summary>Makes a new message findable: statements over <c>@seq @subject @body @issue_id</c>, run after it was inserted.</summary>
    public abstract IReadOnlyList<string> Index { get; }

    /// <summary>The <c>seq</c> of each message whose subject, body or issue matches <c>@words</c>; may be ordered by <c>seq</c> at no cost.</summary>
    public abstract string ByWords { get; }

    /// <summary>True for a message <c>m</c> that matches <c>@unwanted</c>.</summary>
    public abstract string IsUnwanted { get; }

    /// <summary>The <c>seq</c> of each message that may contain every piece of <c>@pieces</c>; whoever asks compares with the text.</summary>
    public abstract string ByPieces { get; }

    /// <summary>True where a column of text, letters of ASCII in any case, holds the parameter, which is in lower case.</summary>
    public abstract string Contains(string column, string parameter);

    /// <summary>The expression for all of the terms; null when the index can know none of them.</summary>
    public abstract string? AllOf(IReadOnlyList<SearchTerm> terms);

    /// <summary>The expression for any of the terms; null when the index can know none of them.</summary>
    public abstract string? AnyOf(IReadOnlyList<SearchTerm> terms);

    /// <summary>As <see cref="AllOf"/>, in the subject alone.</summary>
    public abstract string? AllOfSubject(IReadOnlyList<SearchTerm> terms);

    /// <summary>The expression for the pieces of identifiers and paths; null when they are too short to be found so.</summary>
    public abstract string? PiecesOf(IReadOnlyList<SearchTerm> terms);
}
