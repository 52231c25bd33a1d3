using System.Text;
using Wigwag.Core.Agents;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Blobs;
using Wigwag.Storage.Moving;
using Wigwag.Storage.Postgres;
using Wigwag.Storage.Sqlite;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Storage;

/// <summary>From the file on a laptop to the database of a team.</summary>
public sealed class DatabaseMoveTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private PostgresCluster _cluster = null!;
    private string _database = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await PostgresCluster.Shared;
        _database = await _cluster.EmptyDatabase();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.Drop(_database);
        _folder.Dispose();
    }

    [Fact]
    public async Task Everything_comes_over_also_when_it_was_broken_off_and_is_compared_row_by_row()
    {
        var (dave, main, sent) = await Populate();

        // A server that finds it half done refuses it.
        using (var broken = new CancellationTokenSource())
        {
            var steps = 0;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Move(_ =>
            {
                if (++steps == 5)
                {
                    broken.Cancel();
                }
            }, broken.Token));
        }
        Assert.Contains("migrate", (await Assert.ThrowsAsync<StoreRefusedException>(() => PostgresStore.Open(_cluster.Address(_database), cancel: Stop))).Message, StringComparison.Ordinal);

        var report = await Move(_ => { }, Stop);

        Assert.Equal(300, report.Tables.Single(table => table.Name == "messages").Rows);
        Assert.Equal(1, report.Attachments);
        Assert.Empty(report.Missing);
        await using var store = await PostgresStore.Open(_cluster.Address(_database), cancel: Stop);
        var dispatcher = new Dispatcher(store, new PostgresBlobs(store));
        var read = (await dispatcher.Run(ReadMessage.Operation, new() { MessageId = sent.MessageId }, main, cancel: Stop)).Value;
        Assert.Equal((sent.Body, sent.Subject), (read.Body, read.Subject));
        var file = (await dispatcher.Run(GetAttachment.Operation, new() { MessageId = sent.MessageId, Name = "trace.txt" }, main, cancel: Stop)).Value;
        Assert.Equal("at Parser.Next()", file.Text);
        Assert.Equal(sent.MessageId, (await dispatcher.Run(SearchMessages.Operation, new() { Query = "stack overflow" }, main, cancel: Stop)).Value.Matches[0].Message.MessageId);
        // What comes next is after all that came over.
        var reply = (await dispatcher.Run(SendMessage.Operation, new() { To = "main/beads", Subject = "After the move" }, dave, cancel: Stop)).Value;
        Assert.Equal(reply.MessageId, (await dispatcher.Run(CheckInbox.Operation, new(), main, cancel: Stop)).Value.Messages[0].MessageId);
    }

    [Fact]
    public async Task A_database_that_holds_something_else_is_left_alone()
    {
        await Populate();
        await using (var store = await PostgresStore.Open(_cluster.Address(_database), cancel: Stop))
        {
            await new Dispatcher(store, new PostgresBlobs(store)).Run(RegisterAgent.Operation, World.Clone(World.Vc, "/src/other"), World.Local, cancel: Stop);
        }

        await Assert.ThrowsAsync<StoreRefusedException>(() => Move(_ => { }, Stop));

        await using var unharmed = await PostgresStore.Open(_cluster.Address(_database), cancel: Stop);
    }

    private async Task<MoveReport> Move(Action<string> told, CancellationToken cancel)
    {
        await using var source = SqliteStore.Open(_folder["wigwag.db"]);
        await using var target = await PostgresStore.OpenForMove(_cluster.Address(_database), Stop);
        return await DatabaseMove.Run(_folder["wigwag.db"], FileBlobs.Open(_folder["blobs"]), target, new PostgresBlobs(target), told, cancel);
    }

    private async Task<(Caller Dave, Caller Main, Message Sent)> Populate()
    {
        await using var store = SqliteStore.Open(_folder["wigwag.db"]);
        var dispatcher = new Dispatcher(store, FileBlobs.Open(_folder["blobs"]));
        var dave = World.As((await dispatcher.Run(RegisterAgent.Operation, World.Clone(World.Vc, "/src/dave/vc", "dave"), World.Local, cancel: Stop)).Value);
        var main = World.As((await dispatcher.Run(RegisterAgent.Operation, World.Clone(World.Beads, "/src/beads"), World.Local, cancel: Stop)).Value);
        for (var i = 1; i < 300; i++)
        {
            await dispatcher.Run(SendMessage.Operation, new() { To = "main/beads", Subject = $"Number {i}", Body = i % 7 == 0 ? "ünï ✓\n" : "" }, dave, $"key-{i}", Stop);
        }
        var sent = await dispatcher.Run(
            SendMessage.Operation,
            new()
            {
                To = "beads",
                Subject = "Parser crash",
                Body = "The stack overflows in Parser.Next",
                Attachments = [new() { Name = "trace.txt", Base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes("at Parser.Next()")) }],
            },
            dave,
            cancel: Stop);
        return (dave, main, sent.Value);
    }
}
