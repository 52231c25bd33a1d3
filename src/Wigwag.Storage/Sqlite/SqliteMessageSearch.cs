using Wigwag.Core.Messages;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// FTS5. Strings in double quotes, doubled within, are the only tokens taken from outside; operators and column names are ours. FTS5
/// walks matches in the order of rowid, which is <c>seq</c>, so the newest come first without reading all.
/// </summary>
internal sealed class SqliteMessageSearch : MessageSearch
{
    private const int Trigram = 3;
    private const int MostTrigrams = 64;

    public override IReadOnlyList<string> Index { get; } =
    [
        "INSERT INTO messages_words (rowid, subject, body, issue_id) VALUES (@seq, @subject, @body, @issue_id)",
        "INSERT INTO messages_trigrams (rowid, subject, body, issue_id) VALUES (@seq, @subject, @body, @issue_id)",
    ];

    public override string ByWords => "SELECT w.rowid AS seq FROM messages_words w WHERE w.messages_words MATCH @words";

    public override string IsUnwanted =>
        "EXISTS (SELECT 1 FROM messages_words u WHERE u.messages_words MATCH @unwanted AND u.rowid = m.seq)";

    public override string ByPieces => "SELECT p.rowid AS seq FROM messages_trigrams p WHERE p.messages_trigrams MATCH @pieces";

    public override string Contains(string column, string parameter) => $"INSTR(LOWER({column}), @{parameter}) > 0";

    public override string? AllOf(IReadOnlyList<SearchTerm> terms) => Join(terms, " AND ");

    public override string? AnyOf(IReadOnlyList<SearchTerm> terms) => Join(terms, " OR ");

    public override string? AllOfSubject(IReadOnlyList<SearchTerm> terms) => Join(terms, " AND ") is { } all ? $"subject : ({all})" : null;

    public override string? PiecesOf(IReadOnlyList<SearchTerm> terms)
    {
        var pieces = terms.SelectMany(term => Trigrams(term.Text)).Distinct().Take(MostTrigrams).Select(Quote).ToList();
        return pieces.Count == 0 ? null : string.Join(" AND ", pieces);
    }

    private static string? Join(IReadOnlyList<SearchTerm> terms, string with)
    {
        var known = terms.Where(term => term.HasWord).Select(term => Quote(term.Text) + (term.IsPrefix ? " *" : "")).ToList();
        return known.Count == 0 ? null : string.Join(with, known);
    }

    // By characters, as FTS5 counts them, never through the middle of a surrogate pair.
    private static IEnumerable<string> Trigrams(string text)
    {
        var runes = text.EnumerateRunes().ToArray();
        return Enumerable.Range(0, Math.Max(0, runes.Length - Trigram + 1)).Select(i => string.Concat(runes[i..(i + Trigram)]));
    }

    private static string Quote(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
