using Wigwag.Core.Agents;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Tests.Agents;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Messages;

public sealed class InboxTests
{
    [Fact]
    public async Task Pages_are_newest_first_whole_and_without_repeats_while_messages_arrive()
    {
        await using var post = await Post.Open();
        for (var i = 0; i < 25; i++)
        {
            await post.Send(post.Dave, i % 2 == 0 ? "beads" : "main/beads", $"{i}");
        }
        var subjects = new List<string>();
        string? cursor = null;
        do
        {
            var page = await post.Inbox(post.Beads, cursor: cursor, limit: 7);
            subjects.AddRange(page.Messages.Select(message => message.Subject));
            cursor = page.NextCursor;
            await post.Send(post.Dave, "beads", "later");
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(i => $"{i}"), subjects);
    }

    [Fact]
    public async Task The_project_alone_can_be_looked_at()
    {
        await using var post = await Post.Open();
        await post.Send(post.Dave, "main/beads", "To main");
        await post.Send(post.Dave, "beads", "To beads");

        var own = await post.World.Do(CheckInbox.Operation, new() { ProjectOnly = true }, post.Beads);
        var others = await post.World.Do(CheckInbox.Operation, new() { Project = "beads" }, post.Dave);

        Assert.Equal(["To beads"], own.Messages.Select(message => message.Subject));
        Assert.Equal(["To beads"], others.Messages.Select(message => message.Subject));
        Assert.Null(others.Owner);
    }

    [Fact]
    public async Task What_one_has_read_stays_unread_for_others()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "beads");

        await post.Read(post.Fix, sent);

        Assert.Equal((0L, 1L), ((await post.Inbox(post.Fix)).Counts.Unread, (await post.Inbox(post.Beads)).Counts.Unread));
        Assert.Equal(MessageState.Read, (await post.Inbox(post.Fix)).Messages[0].State);
        Assert.Equal(MessageState.Unread, (await post.Inbox(post.Beads)).Messages[0].State);
        Assert.Equal(MessageState.Read, (await post.World.Do(ListSent.Operation, new(), post.Dave)).Messages[0].Recipients![0].State);
    }

    [Fact]
    public async Task Mail_is_not_lost_when_a_project_gets_a_remote()
    {
        await using var post = await Post.Open();
        var local = World.Clone("local/0123456789abcdef0123456789abcdef01234567", "/src/tool") with { ProjectName = "tool" };
        var tool = World.As(await post.World.Register(local));
        var sent = await post.Send(tool, "beads", "From nowhere");
        await post.Reply(post.Beads, sent, "Where are you?");

        var grown = await post.World.Register(local with { Project = "git@github.com:steveyegge/tool.git", Fingerprint = "f2" });
        await post.Reply(post.Beads, sent, "Still there?");

        Assert.Equal(tool.Agent, grown.AgentId);
        Assert.Equal(2, (await post.Inbox(World.As(grown), unread: true)).Messages.Count);
    }

    /// <summary>How the engine reads a mailbox: ranges of an index in their order; no table is scanned and nothing is sorted.</summary>
    public static TheoryData<string, string> Statements => new()
    {
        { Inbox.Own, "SEARCH d USING PRIMARY KEY" },
        { Inbox.OwnUnread, "SEARCH w USING PRIMARY KEY" },
        { Inbox.OwnArrived, "SEARCH w USING PRIMARY KEY" },
        { Inbox.Shared, "SEARCH d USING PRIMARY KEY" },
        { Inbox.SharedUnread, "SEARCH w USING PRIMARY KEY" },
        { Inbox.SharedArrived, "SEARCH w USING PRIMARY KEY" },
        { Inbox.CountOwn, "SEARCH w USING PRIMARY KEY" },
        { Inbox.CountShared, "SEARCH w USING PRIMARY KEY" },
        { Inbox.CountOwed, "SEARCH d USING COVERING INDEX deliveries_owed" },
        { Inbox.LastOf, "SEARCH d USING PRIMARY KEY" },
        { Inbox.All, "SEARCH e USING PRIMARY KEY" },
        { Inbox.AllUnread, "SEARCH e USING PRIMARY KEY" },
        { Inbox.AllArrived, "SEARCH e USING PRIMARY KEY" },
        { Inbox.CountAll, "SEARCH e USING PRIMARY KEY" },
        { Inbox.CountAllOwed, "SEARCH e USING" },
        { Inbox.LastOfAll, "SEARCH e USING PRIMARY KEY" },
    };

    [Theory]
    [MemberData(nameof(Statements), DisableDiscoveryEnumeration = true)]
    public async Task A_page_reads_a_range_of_an_index_and_nothing_else(string sql, string first)
    {
        Assert.SkipWhen(TestEngine.IsPostgres, "It reads SQLite's plans.");
        await using var post = await Post.Open();
        for (var i = 0; i < 50; i++)
        {
            await post.Send(post.Dave, i % 2 == 0 ? "beads" : "main/beads", $"{i}");
        }

        // What the planner believes of the data must not change the plan either.
        await Plan("ANALYZE", write: true);
        var plan = await Plan("EXPLAIN QUERY PLAN " + sql, write: false);

        Assert.DoesNotContain(plan, line => line.StartsWith("SCAN", StringComparison.Ordinal) || line.Contains("TEMP B-TREE", StringComparison.Ordinal));
        Assert.StartsWith(first, plan[0], StringComparison.Ordinal);

        async Task<List<string>> Plan(string statement, bool write)
        {
            (string, object?)[] parameters =
            [
                ("home", "p"), ("owner", "a"), ("shared", "p"), ("project", "p"), ("recipient", "a"), ("after", 0L), ("before", 9L), ("limit", 20L),
            ];
            async ValueTask<Result<List<string>>> Ask(Wigwag.Core.Store.Session session) =>
                await session.Query(statement, row => row.Text("detail"), [.. parameters.Where(one => statement.Contains($"@{one.Item1}", StringComparison.Ordinal))]);
            var answer = write
                ? await post.Store.Write<List<string>>(World.Local, async (session, _) => { await session.Execute(statement); return new List<string>(); }, World.Stop)
                : await post.Store.Read<List<string>>(World.Local, (session, _) => Ask(session), World.Stop);
            return answer.Value;
        }
    }
}
