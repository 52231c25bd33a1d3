using System.Text.Json;
using Wigwag.Core.Store;

namespace Wigwag.Core.Operations;

/// <summary>The first answer of each command that came with a key, kept in the command's own transaction.</summary>
internal static class IdempotencyKeys
{
    /// <summary>A key that was used before.</summary>
    internal sealed record Used(string Key, string Operation, string RequestHash, string Answer)
    {
        /// <summary>The first answer, when this is the same command; else the conflict.</summary>
        public Result<object> Replay(Operation operation, string requestHash) => Operation == operation.Name && RequestHash == requestHash
            ? JsonSerializer.Deserialize(Answer, operation.AnswerType)!
            : Error.Conflict(
                "idempotency_key_reused",
                $"The idempotency key '{Key}' was used for another command.",
                "Use a new key for a new command; repeat a command with exactly the same body.");
    }

    public static ValueTask<Used?> Find(Session session, string key) => session.First(
        "SELECT operation, request_hash, answer FROM idempotency_keys WHERE credential = @credential AND key = @key",
        row => new Used(key, row.Text("operation"), row.Text("request_hash"), row.Text("answer")),
        ("credential", Scope(session.Caller)),
        ("key", key));

    public static async ValueTask Keep(Session session, string key, Operation operation, string hash, string answer) => await session.Execute(
        """
        INSERT INTO idempotency_keys (credential, key, operation, request_hash, answer, at)
        VALUES (@credential, @key, @operation, @hash, @answer, @at)
        """,
        ("credential", Scope(session.Caller)),
        ("key", key),
        ("operation", operation.Name),
        ("hash", hash),
        ("answer", answer),
        ("at", session.Now));

    // One credential may speak for several agents; what one of them asked is never the answer to another.
    private static string Scope(Caller caller) => caller.Agent is { } agent ? $"{caller.Credential} {agent}" : caller.Credential;
}
