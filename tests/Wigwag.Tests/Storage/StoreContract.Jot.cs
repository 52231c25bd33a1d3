using System.Text.Json;
using System.Text.Json.Serialization;
using Wigwag.Core.Attachments;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Tests.Storage;

public sealed record JotRequest(string Name);

public sealed record JotAnswer(long Number);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(JotRequest))]
[JsonSerializable(typeof(JotAnswer))]
[JsonSerializable(typeof(string))]
internal sealed partial class JotJson : JsonSerializerContext;

/// <summary>The least operation that writes, and the facts it states.</summary>
public abstract partial class StoreContract
{
    private static int _number;

    protected static readonly EventKind<string> Stated = new("test.stated", JotJson.Default);

    protected static readonly Operation<JotRequest, JotAnswer> Jot = new()
    {
        Name = "jot",
        Title = "Jot something down",
        Description = "Keeps a note.",
        Effect = Effect.Command,
        Http = "POST /v1/notes",
        Cli = "jot <name>",
        Example = "wigwag jot milk",
        Json = JotJson.Default,
        Handler = async (session, request, _) =>
        {
            if (await session.Scalar("SELECT 1 FROM notes WHERE name = @name", ("name", request.Name)) is not null)
            {
                return Error.Conflict("taken", "The note exists.", "Choose another name.");
            }
            await Insert(session, request.Name);
            return new JotAnswer(Interlocked.Increment(ref _number));
        },
    };

    protected async Task State(string subject, bool refuse = false, IEnumerable<string>? after = null)
    {
        foreach (var earlier in after ?? [])
        {
            await State(earlier);
        }
        await Store.Write<string>(Caller.System, async (session, _) =>
        {
            await session.Append(Stated, Vc, subject, "a fact");
            return refuse ? Error.Conflict("no", "No.", "Never.") : "ok";
        }, Stop);
    }

    protected async Task<List<Event>> Events(long after = 0) => (await Store.Read<List<Event>>(
        Caller.System, async (session, _) => await Core.Feed.Log.After(session, after, 10_000), Stop)).Value;

    protected sealed class NoBlobs : IBlobs
    {
        public ValueTask<Result<Blob>> Put(Stream content, long limitBytes, CancellationToken cancel) => throw new NotSupportedException();

        public ValueTask<Stream?> Open(ContentId content, CancellationToken cancel) => throw new NotSupportedException();
    }
}
