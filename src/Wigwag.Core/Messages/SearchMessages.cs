using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

public sealed record SearchMessagesRequest
{
    [Description("Words, \"a phrase\", a prefix*, -unwanted; filters from:dave/vc to:beads category:BLOCKED issue:vc-a3f8 project:beads after:2026-07-01 before:2026-08-01. Any text is safe.")]
    public required string Query { get; init; }

    [Description("The next_cursor of the page before.")]
    public string? Cursor { get; init; }

    [Description("How many, 1 to 100; default 20.")]
    public int? Limit { get; init; }
}

/// <summary>A page of matches, best first.</summary>
public sealed record SearchPage
{
    public required IReadOnlyList<SearchMatch> Matches { get; init; }

    [Description("True when more matched than were ranked: the newest thousand. Narrow the search to reach older ones.")]
    public bool Truncated { get; init; }

    [Description("Give it as cursor to get the next page; absent on the last one.")]
    [ServerText]
    public string? NextCursor { get; init; }
}

/// <summary>A message that matched.</summary>
public sealed record SearchMatch
{
    public required Envelope Message { get; init; }

    [Description("The piece of the body around the first word found.")]
    [OthersText]
    public required string Snippet { get; init; }
}

/// <summary>Finds messages by their text.</summary>
public static class SearchMessages
{
    public static readonly Operation<SearchMessagesRequest, SearchPage> Operation = new()
    {
        Name = "search_messages",
        Title = "Search messages",
        Description =
            "Finds messages you may see by subject, body and issue: words (any form), \"phrases\", prefix*, -unwanted, and the filters from: to: " +
            "category: issue: project: before: after:. Identifiers and paths are found by any piece of three characters or more. Matches in the " +
            "subject come first, then the newest.",
        Effect = Effect.Query,
        Http = "GET /v1/messages",
        Cli = "search <query>",
        Example = "wigwag search \"parser crash category:BLOCKED\"",
        Role = Role.Reader,
        Toolset = "messages",
        Json = MessagesJson.Default,
        Handler = (session, request, _) => Search(session, request),
    };

    private static async ValueTask<Result<SearchPage>> Search(Session session, SearchMessagesRequest request)
    {
        if (!SearchQuery.Parse(request.Query).Try(out var query, out var error) ||
            !MessageLimits.Page(request.Limit).Try(out var limit, out error) ||
            !(await Cursor.Read(session, request.Cursor, 'q', Inbox.Newest, 0, Inbox.Newest)).Try(out var place, out error) ||
            !(await SearchScope.Of(session, query)).Try(out var scope, out error))
        {
            return error;
        }
        // The place: the newest message when the search began, so that later pages rank the same ones; then the last rank and message seen.
        var candidates = await SearchRanking.Candidates(session, query, scope, place[0]);
        if (candidates.Count == 0)
        {
            return new SearchPage { Matches = [] };
        }
        var left = candidates
            .OrderBy(candidate => candidate.Rank)
            .ThenByDescending(candidate => candidate.Seq)
            .Where(candidate => candidate.Rank > place[1] || (candidate.Rank == place[1] && candidate.Seq < place[2]))
            .ToList();
        var matches = new List<SearchMatch>();
        foreach (var candidate in left.Take(limit))
        {
            matches.Add(await Show(session, candidate.Seq, query));
        }
        var first = Math.Min(place[0], candidates.Max(candidate => candidate.Seq));
        return new SearchPage
        {
            Matches = matches,
            Truncated = candidates.Count >= SearchRanking.MostRanked,
            NextCursor = left.Count > limit ? Cursor.Of('q', first, left[limit - 1].Rank, left[limit - 1].Seq) : null,
        };
    }

    private static async ValueTask<SearchMatch> Show(Session session, long seq, SearchQuery query)
    {
        var rows = await session.Query($"SELECT {MessageRows.Whole} FROM messages m WHERE m.seq = @seq", MessageRows.Read, ("seq", seq));
        var message = (await MessageRows.WithFiles(session, rows))[0];
        var seen = await Deliveries.WithReceipts(session, message, Mailbox.Of(session.Caller));
        return new()
        {
            Message = MessageRows.Shorten(seen) with { Preview = null, Recipients = null, Everyone = null },
            Snippet = Snippet.Of(message.Body, query.Wanted),
        };
    }
}
