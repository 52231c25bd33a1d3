using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Operations;

/// <summary>What an operation does to the world.</summary>
public enum Effect
{
    /// <summary>Reads only.</summary>
    Query,
    /// <summary>Changes state; a repeat without the same idempotency key does it again.</summary>
    Command,
    /// <summary>Changes state; a repeat leaves the same state.</summary>
    IdempotentCommand,
}

/// <summary>
/// One thing that can be done with Wigwag, declared once. The HTTP route, the MCP tool, the CLI command, the OpenAPI entry
/// and the client call are derived from this declaration and from the contract metadata of its two records.
/// </summary>
public abstract class Operation
{
    /// <summary>Unique snake_case verb phrase, <c>send_message</c>; the MCP tool's name and OpenAPI's operationId.</summary>
    public required string Name { get; init; }

    /// <summary>A few words for people: <c>Send a message</c>.</summary>
    public required string Title { get; init; }

    /// <summary>What it does, when to use it and what comes back, written for a model that has read nothing else.</summary>
    public required string Description { get; init; }

    public required Effect Effect { get; init; }

    /// <summary>
    /// Method and route, <c>POST /v1/projects/{project}/messages</c>. A name in braces is a property of the request record; the
    /// other properties come from the query string (GET, DELETE) or the JSON body. A <c>-</c> in the path stands for a property that is
    /// left out, as the project is that defaults to the caller's own.
    /// </summary>
    public required string Http { get; init; }

    /// <summary>
    /// The command line: the command's words, then its positional arguments, <c>send &lt;to&gt; &lt;subject&gt;</c>;
    /// <c>[name]</c> is optional, <c>[name...]</c> takes several. Every property that is not named here is an option.
    /// </summary>
    public required string Cli { get; init; }

    /// <summary>Other command lines for the same, shorter to type: <c>claim &lt;issue_id&gt;</c>.</summary>
    public IReadOnlyList<string> AlsoCli { get; init; } = [];

    /// <summary>A command line that works, shown by <c>--help</c> and run by the tests of the documentation.</summary>
    public required string Example { get; init; }

    /// <summary>The least role that may run it.</summary>
    public Role Role { get; init; } = Role.Agent;

    /// <summary>False for a goodbye: everything else that an agent does says that it is there.</summary>
    public bool IsSignOfLife { get; init; } = true;

    /// <summary>The MCP toolset that lists it; <c>core</c> is offered by default.</summary>
    public string Toolset { get; init; } = "core";

    /// <summary>Has the contract metadata of both records. It is read when first used: that of all operations would be most of a server's start.</summary>
    public required JsonSerializerContext Json { get; init; }

    public abstract JsonTypeInfo RequestType { get; }

    public abstract JsonTypeInfo AnswerType { get; }

    /// <summary>The status of HTTP's answer: 200, or 201 for what creates.</summary>
    public int Status { get; init; } = 200;

    /// <summary>
    /// True for a command that may be kept for a server that is out of reach and done later (<c>--best-effort</c>). False where its answer
    /// is what counts: who believes a claim or a lease was made, and it waits in an outbox, works against whoever has it.
    /// </summary>
    public bool IsDeferrable { get; init; }

    /// <summary>The answer that is no error and not what was hoped for, and when it is given; null where every answer is the one hoped for.</summary>
    public abstract (Outcome Outcome, string When)? CanBe { get; }

    /// <summary>What an answer of <see cref="AnswerType"/> means to a script.</summary>
    public abstract Outcome OutcomeOf(object answer);

    /// <summary>What to do about a request that cost too much, from what the request can say.</summary>
    internal string Narrow
    {
        get
        {
            var narrower = RequestType.Properties.Select(property => property.Name).Where(Narrowing.Contains).Take(3).ToList();
            return narrower.Count == 0 ? "Ask for less at once." : $"Ask for less at once: set or shorten {string.Join(", ", narrower)}.";
        }
    }

    private static readonly HashSet<string> Narrowing =
        ["limit", "paths", "patterns", "scopes", "file_paths", "query", "project", "agent", "status", "label", "since", "category", "thread_id", "to", "attachments"];

    /// <summary>Runs it for a request of <see cref="RequestType"/>; the answer is of <see cref="AnswerType"/>.</summary>
    internal abstract ValueTask<Result<object>> Run(Session session, object request, CancellationToken cancel);

    /// <summary>How long to wait for an answer worth giving, or null for operations that never wait.</summary>
    public abstract TimeSpan? Patience(object request);

    /// <summary>False while a waiting query has nothing to say yet.</summary>
    internal abstract bool IsWorthGiving(object answer);

    /// <summary>For a command that waits: the time from which to run it again, looked at after each commit; null for one that never waits.</summary>
    internal abstract ValueTask<Result<Wake>>? Wakes(Session session, object request);

    /// <summary>For a command that waits: takes back what it left behind, because nobody waits for it any more.</summary>
    internal abstract ValueTask Abandon(Session session, object request);

    /// <summary>True for a query's answer whose giving is to be noted.</summary>
    internal abstract bool IsNoted(object answer);

    /// <summary>Notes that a query's answer was given.</summary>
    internal abstract ValueTask Note(Session session, object answer);

    /// <summary>The answer as it is kept for a repeat of the command.</summary>
    internal abstract object ForRepeat(object answer);

    /// <summary>Stores what the request carries inline, before its transaction begins.</summary>
    internal abstract ValueTask<Result<object>> Prepare(object request, Attachments.Uploads uploads, CancellationToken cancel);

    /// <summary>Adds to the answer the bytes that it names, after its transaction.</summary>
    internal abstract ValueTask<Result<object>> Complete(object answer, Attachments.IBlobs blobs, CancellationToken cancel);
}

/// <summary>When a command that waits has something to do.</summary>
public sealed record Wake(DateTimeOffset At);

/// <inheritdoc/>
public sealed class Operation<TRequest, TAnswer> : Operation
    where TRequest : class
    where TAnswer : class
{
    /// <summary>Checks, writes state and appends events in one transaction. It never sends, waits or calls out.</summary>
    public required Func<Session, TRequest, CancellationToken, ValueTask<Result<TAnswer>>> Handler { get; init; }

    /// <summary>The answer that scripts branch on, where there is one.</summary>
    public Negative<TAnswer>? Negative { get; init; }

    /// <summary>For an operation that waits: how long at most, from its request. A query's handler runs again after each event until there is something to say.</summary>
    public Func<TRequest, TimeSpan>? WaitsFor { get; init; }

    /// <summary>For a query that waits: whether this answer ends the wait.</summary>
    public Func<TAnswer, bool>? Until { get; init; }

    /// <summary>
    /// For a command that waits: from its request, when it is worth running again, read after each commit. The handler runs until it no
    /// longer refuses with <see cref="Then.Wait"/>, and ends the wait itself when its time is over.
    /// </summary>
    public Func<Session, TRequest, ValueTask<Result<Wake>>>? Waking { get; init; }

    /// <summary>For a command that waits: takes back what it left behind.</summary>
    public Func<Session, TRequest, ValueTask>? Abandoned { get; init; }

    /// <summary>For a request that carries content inline: stores it and returns the request that names it instead.</summary>
    public Func<TRequest, Attachments.Uploads, CancellationToken, ValueTask<Result<TRequest>>>? Preparation { get; init; }

    /// <summary>For an answer with a secret: the answer without it. A repeat of the command is given that, and the store never holds the secret.</summary>
    public Func<TAnswer, TAnswer>? WithoutSecret { get; init; }

    /// <summary>For a query whose answer carries bytes inline: reads what the answer names.</summary>
    public Func<TAnswer, Attachments.IBlobs, CancellationToken, ValueTask<Result<TAnswer>>>? Completion { get; init; }

    /// <summary>For a query whose giving changes something, as a list of messages delivers them: whether this answer does.</summary>
    public Func<TAnswer, bool>? Gives { get; init; }

    /// <summary>Notes that such an answer was given. Written behind the answer, and left out when the store is busy.</summary>
    public Func<Session, TAnswer, ValueTask>? Given { get; init; }

    public JsonTypeInfo<TRequest> Request => field ??= Json.Contract<TRequest>();

    public JsonTypeInfo<TAnswer> Answer => field ??= Json.Contract<TAnswer>();

    public override JsonTypeInfo RequestType => Request;

    public override JsonTypeInfo AnswerType => Answer;

    public override (Outcome Outcome, string When)? CanBe => Negative is { } negative ? (negative.Outcome, negative.When) : null;

    public override Outcome OutcomeOf(object answer) => Negative is { } negative && negative.Is((TAnswer)answer) ? negative.Outcome : Outcome.Done;

    internal override async ValueTask<Result<object>> Run(Session session, object request, CancellationToken cancel) =>
        (await Handler(session, (TRequest)request, cancel)).Try(out var answer, out var error) ? answer : error;

    public override TimeSpan? Patience(object request) => WaitsFor?.Invoke((TRequest)request);

    internal override bool IsWorthGiving(object answer) => Until is null || Until((TAnswer)answer);

    internal override ValueTask<Result<Wake>>? Wakes(Session session, object request) => Waking?.Invoke(session, (TRequest)request);

    internal override ValueTask Abandon(Session session, object request) => Abandoned?.Invoke(session, (TRequest)request) ?? ValueTask.CompletedTask;

    internal override bool IsNoted(object answer) => Given is not null && Gives?.Invoke((TAnswer)answer) == true;

    internal override ValueTask Note(Session session, object answer) => Given is null ? ValueTask.CompletedTask : Given(session, (TAnswer)answer);

    internal override object ForRepeat(object answer) => WithoutSecret is null ? answer : WithoutSecret((TAnswer)answer);

    internal override async ValueTask<Result<object>> Prepare(object request, Attachments.Uploads uploads, CancellationToken cancel)
    {
        if (Preparation is null)
        {
            return request;
        }
        return (await Preparation((TRequest)request, uploads, cancel)).Try(out var prepared, out var error) ? prepared : error;
    }

    internal override async ValueTask<Result<object>> Complete(object answer, Attachments.IBlobs blobs, CancellationToken cancel)
    {
        if (Completion is null)
        {
            return answer;
        }
        return (await Completion((TAnswer)answer, blobs, cancel)).Try(out var complete, out var error) ? complete : error;
    }
}
