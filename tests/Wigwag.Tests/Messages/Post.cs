using Wigwag.Core.Agents;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Messages;

/// <summary>Two projects with their agents on a real database, and what they say to each other.</summary>
public sealed class Post : IAsyncDisposable
{
    public World World { get; } = new();

    public Dispatcher Dispatcher => World.Dispatcher;

    public IStore Store => Dispatcher.Store;

    public ManualClock Clock => World.Clock;

    /// <summary><c>dave/vc</c>, operated by Ann.</summary>
    public Caller Dave { get; private set; } = null!;

    /// <summary><c>main/beads</c></summary>
    public Caller Beads { get; private set; } = null!;

    /// <summary><c>fix/beads</c></summary>
    public Caller Fix { get; private set; } = null!;

    /// <summary>The human behind them.</summary>
    public static Caller Ann { get; } = World.Local with { Operator = "Ann Lee <ann@example.org>" };

    public static async Task<Post> Open()
    {
        var post = new Post();
        post.Dave = World.As(await post.World.Register(World.Clone(World.Vc, "/src/dave/vc", "dave")));
        post.Beads = World.As(await post.World.Register(World.Clone(World.Beads, "/src/beads")));
        post.Fix = World.As(await post.World.Register(World.Clone(World.Beads, "/src/fix/beads", "fix")));
        return post;
    }

    public async Task<Caller> Newcomer(string workspace) =>
        World.As(await World.Register(World.Clone(World.Beads, $"/src/{workspace}/beads", workspace)));

    public Task<Message> Send(Caller from, string to, string subject = "Parser crash", Func<SendMessageRequest, SendMessageRequest>? with = null)
    {
        var request = new SendMessageRequest { To = to, Subject = subject };
        return World.Do(SendMessage.Operation, with is null ? request : with(request), from);
    }

    public Task<Error> CannotSend(Caller from, SendMessageRequest request) => World.Refused(SendMessage.Operation, request, from);

    public Task<InboxPage> Inbox(Caller who, bool unread = false, string? cursor = null, int? limit = null) =>
        World.Do(CheckInbox.Operation, new() { Unread = unread, Cursor = cursor, Limit = limit }, who);

    public async Task<List<string>> Subjects(Caller who, bool unread = true) =>
        [.. (await Inbox(who, unread)).Messages.Select(message => message.Subject)];

    public Task<Message> Read(Caller who, Envelope message) => World.Do(ReadMessage.Operation, new() { MessageId = message.MessageId }, who);

    public Task<Message> Ack(Caller who, Envelope message) => World.Do(AcknowledgeMessage.Operation, new() { MessageId = message.MessageId }, who);

    public Task<Message> Take(Caller who, Envelope message) => World.Do(TakeMessage.Operation, new() { MessageId = message.MessageId }, who);

    public Task<Message> Reply(Caller who, Envelope message, string body = "Which version?") =>
        World.Do(ReplyToMessage.Operation, new() { MessageId = message.MessageId, Body = body }, who);

    public Task<ThreadPage> Thread(Caller who, Envelope message) => World.Do(GetThread.Operation, new() { ThreadId = message.ThreadId.Value }, who);

    public ValueTask DisposeAsync() => World.DisposeAsync();
}
