using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Tests.Storage;

/// <summary>What every engine promises to handlers. An engine's own class derives from this one and says how to open it.</summary>
public abstract partial class StoreContract : IAsyncLifetime
{
    protected static readonly ProjectId Vc = ProjectId.Parse("github.com/steveyegge/vc");

    protected IStore Store { get; private set; } = null!;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Store = await Open();
        (await Store.Write(Caller.System, async (session, _) =>
        {
            await session.Execute("CREATE TABLE notes (name TEXT NOT NULL PRIMARY KEY, body TEXT, number BIGINT)");
            return Ok;
        }, Stop)).Try(out _, out _);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await CleanUp();
        GC.SuppressFinalize(this);
    }

    protected static Result<string> Ok => "ok";

    /// <summary>A new, empty store.</summary>
    protected abstract ValueTask<IStore> Open();

    protected abstract ValueTask CleanUp();

    protected ValueTask<Result<string>> Note(string name, string body = "") => Store.Write(Caller.System, async (session, _) =>
    {
        await Insert(session, name, body);
        return Ok;
    }, Stop);

    protected static ValueTask<int> Insert(Session session, string name, string body = "") =>
        session.ExecuteCounted("INSERT INTO notes (name, body) VALUES (@name, @body)", ("name", name), ("body", body));

    protected async Task<List<string>> Names() => (await Store.Read<List<string>>(Caller.System, async (session, _) =>
        await session.Query("SELECT name FROM notes ORDER BY name", row => row.Text("name")), Stop)).Value;

    [Fact]
    public async Task What_was_answered_is_there_for_the_next_reader()
    {
        Assert.Equal("ok", (await Note("a", "body")).Value);

        Assert.Equal(["a"], await Names());
    }

    [Fact]
    public async Task A_refusal_rolls_back_what_its_command_did_and_nothing_else()
    {
        await Note("before");

        var refused = await Store.Write<string>(Caller.System, async (session, _) =>
        {
            await Insert(session, "refused");
            return Error.Conflict("no", "No.", "Never.");
        }, Stop);

        Assert.Equal("no", refused.Error?.Code);
        Assert.Equal(["before"], await Names());
    }

    [Fact]
    public async Task An_exception_rolls_back_and_reaches_its_caller()
    {
        var failure = await Assert.ThrowsAsync<FormatException>(async () => await Store.Write<string>(Caller.System, async (session, _) =>
        {
            await Insert(session, "doomed");
            throw new FormatException("a bug");
        }, Stop));

        Assert.Equal("a bug", failure.Message);
        Assert.Empty(await Names());
    }

    [Fact]
    public async Task Commands_that_run_together_fail_alone()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            try
            {
                return (await Store.Write<string>(Caller.System, async (session, _) =>
                {
                    await Insert(session, $"{i:00}");
                    return (i % 3) switch
                    {
                        0 => $"{i:00}",
                        1 => Error.Conflict("no", "No.", "Never."),
                        _ => throw new FormatException("a bug"),
                    };
                }, Stop)).Error?.Code ?? "kept";
            }
            catch (FormatException)
            {
                return "thrown";
            }
        }));

        Assert.Equal(Enumerable.Range(0, 60).Select(i => (i % 3) switch { 0 => "kept", 1 => "no", _ => "thrown" }), outcomes);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i * 3:00}"), await Names());
    }

    [Fact]
    public async Task A_command_sees_what_earlier_commands_did()
    {
        var counted = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Store.Write<string>(Caller.System, async (session, _) =>
        {
            var seen = await session.Scalar("SELECT COUNT(*) FROM notes");
            await Insert(session, $"{i}");
            return seen.ToString()!;
        }, Stop).AsTask()));

        Assert.Equal(Enumerable.Range(0, 50), counted.Select(answer => int.Parse(answer.Value, null)).Order());
    }

    [Fact]
    public async Task A_read_sees_one_state_however_long_it_looks()
    {
        await Note("a");

        var (before, after) = (await Store.Read<(long?, long?)>(Caller.System, async (session, _) =>
        {
            var first = await session.Scalar("SELECT COUNT(*) FROM notes");
            await Note("b");
            return (first, await session.Scalar("SELECT COUNT(*) FROM notes"));
        }, Stop)).Value;

        Assert.Equal((1, 1), (before, after));
        Assert.Equal(["a", "b"], await Names());
    }

    [Fact]
    public async Task A_read_cannot_write()
    {
        await Assert.ThrowsAnyAsync<Exception>(async () => await Store.Read<string>(Caller.System, async (session, _) =>
        {
            Assert.True(session.IsReadOnly);
            await Insert(session, "smuggled");
            return Ok;
        }, Stop));
        await Assert.ThrowsAnyAsync<Exception>(async () => await Store.Read<string>(Caller.System, async (session, _) =>
            await session.First("INSERT INTO notes (name) VALUES ('smuggled') RETURNING name", row => row.Text("name")) ?? "", Stop));

        Assert.Empty(await Names());
    }

    [Fact]
    public async Task Values_come_back_as_they_were_stored()
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(1_750_000_000_123);
        (await Store.Write(Caller.System, async (session, _) =>
        {
            await session.Execute("INSERT INTO notes (name, body, number) VALUES (@name, @body, @number)", ("name", Vc), ("body", null), ("number", time));
            await session.Execute("INSERT INTO notes (name, body, number) VALUES (@name, @body, @number)", ("name", "flag"), ("body", "ünï\n"), ("number", true));
            return Ok;
        }, Stop)).Try(out _, out _);

        var rows = (await Store.Read<List<(string, string?, long)>>(Caller.System, async (session, _) => await session.Query(
            "SELECT name, body, number FROM notes ORDER BY name", row => (row.Text("name"), row.TextOrNull("body"), row.Number("number"))), Stop)).Value;

        Assert.Equal([("flag", "ünï\n", 1), (Vc.Value, null, time.ToUnixTimeMilliseconds())], rows);
    }

    [Fact]
    public async Task Empty_text_and_text_of_any_length_are_not_null()
    {
        string[] texts = ["", "x", new('é', 5000), "a𝄞b", new('y', 511), new('z', 512), new('z', 513)];
        await Store.Write(Caller.System, async (session, _) =>
        {
            foreach (var (i, text) in texts.Index())
            {
                await session.Execute("INSERT INTO notes (name, body) VALUES (@name, @body)", ("name", $"{i}"), ("body", text));
            }
            return Ok;
        }, Stop);

        Assert.Equal(texts, (await Store.Read<List<string>>(Caller.System, async (session, _) =>
            await session.Query("SELECT body FROM notes ORDER BY name", row => row.Text("body")), Stop)).Value);
    }

    [Fact]
    public async Task A_mistake_in_a_statement_is_told_and_does_no_harm()
    {
        await Note("a");

        await Assert.ThrowsAnyAsync<Exception>(() => Read("SELECT name FROM notes WHERE name = @name", row => row.Text("name")));
        await Assert.ThrowsAnyAsync<Exception>(() => Read("SELECT name FROM notes", row => row.Text("nme")));
        await Assert.ThrowsAnyAsync<Exception>(() => Read("SELECT CAST(NULL AS TEXT) AS nothing FROM notes", row => row.Text("nothing")));
        await Assert.ThrowsAnyAsync<Exception>(() => Read("SELECT CAST(NULL AS INTEGER) AS nothing FROM notes", row => row.Number("nothing")));
        await Assert.ThrowsAnyAsync<Exception>(() => Read("SELECT name FROM note", row => row.Text("name")));

        Assert.Equal(["a"], await Names());

        async Task Read<T>(string sql, Func<Row, T> read) => await Store.Read<List<T>>(Caller.System, async (session, _) => await session.Query(sql, read), Stop);
    }

    [Fact]
    public async Task What_is_left_for_the_commit_is_done_or_undone_with_its_command()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 30).Select(async i =>
        {
            try
            {
                return (await Store.Write<string>(Caller.System, async (session, _) =>
                {
                    await Insert(session, $"{i:00}");
                    // Every third names a table that is not there.
                    await session.ExecuteAtCommit(i % 3 == 1 ? "UPDATE nothing SET x = 1" : "UPDATE notes SET body = 'late' WHERE name = @name", ("name", $"{i:00}"));
                    return i % 3 == 2 ? Error.Conflict("no", "No.", "Never.") : "kept";
                }, Stop)).Error?.Code ?? "kept";
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return "thrown";
            }
        }));

        Assert.Equal(Enumerable.Range(0, 30).Select(i => (i % 3) switch { 0 => "kept", 1 => "thrown", _ => "no" }), outcomes);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i * 3:00}"), await Names());
        Assert.Equal("10", (await Store.Read<string>(Caller.System, async (session, _) => $"{await session.Scalar("SELECT COUNT(*) FROM notes WHERE body = 'late'")}", Stop)).Value);
    }

    [Fact]
    public async Task What_follows_a_statement_sees_what_it_did()
    {
        var seen = await Store.Write<List<string>>(Caller.System, async (session, _) =>
        {
            for (var i = 0; i < 450; i++)
            {
                await session.Execute("INSERT INTO notes (name, body) VALUES (@name, '')", ("name", $"{i:000}"));
            }
            await session.Execute("UPDATE notes SET body = 'x' WHERE name < '100'");
            var changed = await session.ExecuteCounted("DELETE FROM notes WHERE name < '010'");
            await session.Execute("UPDATE notes SET body = 'y' WHERE name = '449'");
            var count = await session.Scalar("SELECT COUNT(*) FROM notes");
            await session.Execute("UPDATE notes SET body = body || 'z' WHERE name = '449'");
            var last = await session.First("SELECT body FROM notes WHERE name = '449'", row => row.Text("body"));
            await session.Execute("DELETE FROM notes WHERE name > '011'");
            var left = await session.Query("SELECT name FROM notes ORDER BY name", row => row.Text("name"));
            await session.Execute("DELETE FROM notes WHERE name = '010'");
            List<string> all = [$"{changed}", $"{count}", last!, .. left];
            return all;
        }, Stop);

        Assert.Equal(["10", "440", "yz", "010", "011"], seen.Value);
        Assert.Equal(["011"], await Names());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_statement_that_fails_undoes_its_command(bool asksAfter)
    {
        await Assert.ThrowsAnyAsync<Exception>(async () => await Store.Write<string>(Caller.System, async (session, _) =>
        {
            await Insert(session, "before");
            await session.Execute("UPDATE nothing SET x = 1");
            await session.Execute("INSERT INTO notes (name, body) VALUES ('after', '')");
            return asksAfter ? $"{await session.Scalar("SELECT 1")}" : "kept";
        }, Stop));

        Assert.Empty(await Names());
        await Note("next");
        Assert.Equal(["next"], await Names());
    }

    [Fact]
    public async Task Execute_says_how_many_rows_changed()
    {
        await Note("a");
        await Note("b");

        var changed = await Store.Write<List<int>>(Caller.System, async (session, _) => new List<int>
        {
            await session.ExecuteCounted("UPDATE notes SET body = 'x'"),
            await session.ExecuteCounted("UPDATE notes SET body = 'y' WHERE name = 'nobody'"),
            await session.ExecuteCounted("DELETE FROM notes WHERE name = @name", ("name", "a")),
        }, Stop);

        Assert.Equal([2, 0, 1], changed.Value);
    }

    [Fact]
    public async Task A_session_is_of_no_use_after_its_transaction()
    {
        Session? kept = null;
        await Store.Write(Caller.System, (session, _) =>
        {
            kept = session;
            return ValueTask.FromResult(Ok);
        }, Stop);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Insert(kept!, "late"));
    }

    [Fact]
    public async Task Repeats_with_one_key_at_the_same_time_are_all_given_the_first_answer()
    {
        var dispatcher = new Dispatcher(Store, new NoBlobs());
        for (var round = 0; round < 20; round++)
        {
            var (name, key) = ($"note {round}", $"key {round}");

            // Done a second time, it would be refused: the note exists.
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => dispatcher.Run(Jot, new(name), Caller.System, key, Stop).AsTask())));

            Assert.Single(answers.Select(answer => answer.Value.Number).Distinct());
        }
    }

    [Fact]
    public async Task Events_have_the_order_of_their_commits_and_none_is_missing()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; i < 25; i++)
            {
                await State($"{writer}-{i}", refuse: i % 5 == 4);
            }
        }));

        var events = await Events();
        Assert.Equal(160, events.Count);
        Assert.True(events.Zip(events.Skip(1)).All(pair => pair.First.Seq < pair.Second.Seq));
        foreach (var writer in events.GroupBy(e => e.Subject.Split('-')[0]))
        {
            var order = writer.Select(e => int.Parse(e.Subject.Split('-')[1], null)).ToList();
            Assert.Equal(order.Order(), order);
            Assert.Equal(writer.Select(e => e.At).Order(), writer.Select(e => e.At));
        }
    }

    [Fact]
    public async Task Waiting_for_a_commit_misses_none()
    {
        var done = State("last", after: Enumerable.Range(0, 100).Select(i => $"{i}"));
        var seen = 0;
        while (seen < 101)
        {
            var more = Store.Committed();
            var found = (await Events()).Count;
            if (found == seen)
            {
                await more.WaitAsync(TimeSpan.FromSeconds(10), Stop);
            }
            seen = found;
        }
        await done;
    }

    [Fact]
    public async Task A_thousand_waiters_are_told_of_one_commit()
    {
        var waiters = Enumerable.Range(0, 1000).Select(_ => Store.Committed()).ToList();
        Assert.DoesNotContain(waiters, waiter => waiter.IsCompleted);

        await Note("a");

        await Task.WhenAll(waiters).WaitAsync(TimeSpan.FromSeconds(10), Stop);
    }

    [Fact]
    public async Task A_caller_who_has_gone_is_not_served()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.Write(Caller.System, async (session, _) =>
        {
            await Insert(session, "unwanted");
            return Ok;
        }, gone.Token));

        Assert.Empty(await Names());
    }

    [Fact]
    public async Task Fifty_tries_with_one_key_act_once_and_get_the_same_answer()
    {
        var dispatcher = new Dispatcher(Store, new NoBlobs());

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => dispatcher.Run(Jot, new JotRequest("a"), Caller.System, "key-1", Stop).AsTask()));

        Assert.Single(answers.Select(answer => answer.Value.Number).Distinct());
        Assert.Equal(["a"], await Names());
        Assert.Equal("idempotency_key_reused", (await dispatcher.Run(Jot, new JotRequest("b"), Caller.System, "key-1", Stop)).Error?.Code);
        Assert.Equal(["a"], await Names());
    }

    [Fact]
    public async Task A_refused_command_leaves_its_key_free()
    {
        var dispatcher = new Dispatcher(Store, new NoBlobs());
        await Note("a");

        Assert.Equal("taken", (await dispatcher.Run(Jot, new JotRequest("a"), Caller.System, "key-1", Stop)).Error?.Code);
        await Store.Write(Caller.System, async (session, _) =>
        {
            await session.Execute("DELETE FROM notes");
            return Ok;
        }, Stop);

        Assert.Null((await dispatcher.Run(Jot, new JotRequest("a"), Caller.System, "key-1", Stop)).Error);
    }

    [Fact]
    public async Task The_time_of_a_session_is_in_whole_milliseconds_and_never_goes_back()
    {
        var times = new List<DateTimeOffset>();
        for (var i = 0; i < 100; i++)
        {
            times.Add((await Store.Write<DateTimeOffset>(Caller.System, (session, _) => ValueTask.FromResult<Result<DateTimeOffset>>(session.Now), Stop)).Value);
        }

        Assert.Equal(times.Order(), times);
        Assert.All(times, time => Assert.Equal(0, time.Ticks % TimeSpan.TicksPerMillisecond));
        Assert.All(times, time => Assert.Equal(TimeSpan.Zero, time.Offset));
    }
}
