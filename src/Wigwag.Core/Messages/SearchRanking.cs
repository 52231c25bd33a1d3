using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>A message that matched, and how well: 0 in the subject, 1 elsewhere, 2 by pieces of words only.</summary>
internal sealed record SearchCandidate(long Seq, int Rank);

/// <summary>
/// Ranks the newest matches only: a relevance function reads every match of a common word (half a second and more at a million messages),
/// while the newest thousand are read off the end of the index.
/// </summary>
internal static class SearchRanking
{
    public const int MostRanked = 1000;

    // Beyond this many matches of the text, filters are no longer tried: a common word with a rare sender must not read the whole index.
    private const int MostFiltered = 20_000;

    public static async ValueTask<List<SearchCandidate>> Candidates(Session session, SearchQuery query, SearchScope scope, long newest)
    {
        var search = session.Dialect.MessageSearch;
        var unwanted = search.AnyOf(query.Unwanted);
        var where = scope.Sql + (unwanted is null ? "" : $" AND NOT {search.IsUnwanted}");
        (string, object?)[] parameters = [.. scope.Parameters, ("newest", newest), ("unwanted", unwanted), ("most", (long)MostRanked), ("scan", (long)MostFiltered)];
        if (query.Wanted.Count == 0)
        {
            return await Ranked(session, Among(scope.Range, where), 1, parameters);
        }
        if (search.AllOf(query.Wanted) is { } words)
        {
            var found = await Ranked(session, Among(search.ByWords, where), 1, [.. parameters, ("words", words)]);
            if (found.Count > 0)
            {
                return await InSubjectFirst(session, found, search.ByWords, search.AllOfSubject(query.Wanted)!);
            }
        }
        if (search.PiecesOf(query.Wanted) is not { } pieces)
        {
            return [];
        }
        // The index of pieces keeps no places: that they are next to each other is seen from the text.
        var texts = query.Wanted.Select((term, i) => (Name: $"text{i}", Value: (object?)Lower(term.Text))).ToArray();
        var contains = string.Concat(texts.Select(text =>
            $" AND ({search.Contains("m.subject", text.Name)} OR {search.Contains("m.body", text.Name)} OR {search.Contains("m.issue_id", text.Name)})"));
        return await Ranked(session, Among(search.ByPieces, where + contains), 2, [.. parameters, ("pieces", pieces), .. texts]);
    }

    // As SQL's LOWER: the letters of ASCII.
    private static string Lower(string text) => string.Concat(text.Select(char.ToLowerInvariant).Zip(text, (lower, c) => char.IsAscii(c) ? lower : c));

    private static string Among(string matches, string where) =>
        $"""
        SELECT m.seq
        FROM (SELECT seq FROM ({matches}) AS every WHERE seq <= @newest ORDER BY seq DESC LIMIT @scan) AS found
        JOIN messages m ON m.seq = found.seq
        WHERE 1 = 1{where}
        ORDER BY m.seq DESC LIMIT @most
        """;

    private static async ValueTask<List<SearchCandidate>> InSubjectFirst(
        Session session, List<SearchCandidate> found, string matches, string subject)
    {
        var best = await session.Query(
            $"SELECT seq FROM ({matches}) AS every WHERE seq >= @oldest AND seq <= @newest",
            row => row.Number("seq"),
            ("words", subject),
            ("oldest", found[^1].Seq),
            ("newest", found[0].Seq));
        var first = best.ToHashSet();
        return [.. found.Select(candidate => first.Contains(candidate.Seq) ? candidate with { Rank = 0 } : candidate)];
    }

    private static async ValueTask<List<SearchCandidate>> Ranked(Session session, string sql, int rank, (string, object?)[] parameters) =>
        await session.Query(sql, row => new SearchCandidate(row.Number("seq"), rank), parameters);
}
