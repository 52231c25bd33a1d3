using Wigwag.Core.Operations;

namespace Wigwag.Core.Messages;

/// <summary>Which messages a caller may see, as a condition of SQL over <c>messages m</c>.</summary>
internal static class MessageReach
{
    /// <summary>
    /// Those in a project that the caller reaches, or in a thread that they take part in: senders and recipients do, copies of all/ by their
    /// delivery.
    /// </summary>
    public static (string Condition, (string, object?)[] Values) Of(Caller caller)
    {
        if (caller.Projects is not { } reached)
        {
            return ("1 = 1", []);
        }
        var mailbox = Mailbox.Of(caller);
        var names = reached.Select((project, i) => ($"@reach{i}", (object?)project)).ToArray();
        return (
            $"""
            (m.project IN ({(names.Length == 0 ? "NULL" : string.Join(", ", names.Select(name => name.Item1)))})
              OR EXISTS (SELECT 1 FROM thread_participants t
                WHERE t.project = m.project AND t.thread_id = m.thread_id AND t.home = @my_home AND t.participant = @me)
              OR EXISTS (SELECT 1 FROM deliveries o WHERE o.project = @my_home AND o.recipient = @me AND o.seq = m.seq)
              OR EXISTS (SELECT 1 FROM everyone e WHERE e.seq = m.seq AND e.project = @my_home AND e.sender <> @me
                AND e.place >= (SELECT a.place FROM agents a WHERE a.agent = @me AND a.project = @my_home)))
            """,
            [.. names.Select(name => (name.Item1[1..], name.Item2)), ("my_home", mailbox.Home), ("me", mailbox.Owner ?? "")]);
    }
}
