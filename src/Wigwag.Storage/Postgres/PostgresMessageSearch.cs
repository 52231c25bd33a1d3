using System.Text;
using Wigwag.Core.Messages;

namespace Wigwag.Storage.Postgres;

/// <summary>
/// <c>tsvector</c> for words, <c>pg_trgm</c> for pieces. Of what a user typed only letters and digits reach an expression, in single
/// quotes; operators and weights are ours. Weight A is the subject.
/// </summary>
internal sealed class PostgresMessageSearch : MessageSearch
{
    private const int Trigram = 3;

    public override IReadOnlyList<string> Index { get; } =
    [
        """
        INSERT INTO messages_words (seq, words)
        VALUES (@seq, setweight(words_of(@subject), 'A') || setweight(words_of(@body), 'B') || setweight(words_of(CAST(@issue_id AS TEXT)), 'C'))
        """,
    ];

    public override string ByWords => "SELECT w.seq FROM messages_words w WHERE w.words @@ to_tsquery('wigwag', @words)";

    public override string IsUnwanted =>
        "EXISTS (SELECT 1 FROM messages_words u WHERE u.seq = m.seq AND u.words @@ to_tsquery('wigwag', @unwanted))";

    // messages_by_piece
    public override string ByPieces =>
        "SELECT p.seq FROM messages p WHERE LOWER(p.subject || ' ' || p.body || ' ' || COALESCE(p.issue_id, '')) LIKE @pieces ESCAPE '!'";

    public override string Contains(string column, string parameter) => $"POSITION(@{parameter} IN LOWER({column})) > 0";

    public override string? AllOf(IReadOnlyList<SearchTerm> terms) => Join(terms, " & ", "");

    public override string? AnyOf(IReadOnlyList<SearchTerm> terms) => Join(terms, " | ", "");

    public override string? AllOfSubject(IReadOnlyList<SearchTerm> terms) => Join(terms, " & ", "A");

    /// <summary>The longest term alone: whoever asks compares with all of them.</summary>
    public override string? PiecesOf(IReadOnlyList<SearchTerm> terms)
    {
        var longest = terms.Where(term => Words(term.Text).Any(word => word.Length >= Trigram)).MaxBy(term => term.Text.Length);
        return longest is null
            ? null
            : $"%{Lower(longest.Text).Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal)}%";
    }

    private static string? Join(IReadOnlyList<SearchTerm> terms, string with, string weight)
    {
        var known = terms.Where(term => term.HasWord).Select(term => Phrase(term, weight)).ToList();
        return known.Count == 0 ? null : string.Join(with, known);
    }

    // A term with punctuation in it is a phrase, as it was when it was indexed.
    private static string Phrase(SearchTerm term, string weight)
    {
        var words = Words(term.Text).ToList();
        return "(" + string.Join(" <-> ", words.Select((word, i) =>
        {
            var mark = (term.IsPrefix && i == words.Count - 1 ? "*" : "") + weight;
            return mark.Length == 0 ? $"'{word}'" : $"'{word}':{mark}";
        })) + ")";
    }

    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark)
            {
                word.Append(rune);
            }
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }
        if (word.Length > 0)
        {
            yield return word.ToString();
        }
    }

    // As LOWER does in the column's collation: the letters of ASCII.
    private static string Lower(string text) => string.Concat(text.Select(c => char.IsAscii(c) ? char.ToLowerInvariant(c) : c));
}
