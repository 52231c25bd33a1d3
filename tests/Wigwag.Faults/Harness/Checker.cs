using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Faults.Harness;

/// <summary>Compares what the clients were told with what a store holds, after the server has gone; names each violation.</summary>
internal static class Checker
{
    private sealed record Kept(string Id, string Key, string Body, long Seq, string Thread);

    private sealed record Told(string Subject, long Seq);

    public static async Task<IReadOnlyList<string>> Violations(IStore store, IReadOnlyList<Finished> journal, CancellationToken cancel)
    {
        var state = await store.Read<State>(Caller.System, async (session, _) => (Result<State>)await State.Read(session), cancel);
        return [.. Check(state.Value, journal)];
    }

    /// <summary>The messages whose sending the log tells, in its order.</summary>
    public static async Task<IReadOnlyList<string>> Sent(IStore store, CancellationToken cancel) => (await store.Read<List<string>>(
        Caller.System,
        async (session, _) => await session.Query("SELECT subject FROM events WHERE kind = 'message.sent' ORDER BY seq", row => row.Text("subject")),
        cancel)).Value;

    private static IEnumerable<string> Check(State state, IReadOnlyList<Finished> journal)
    {
        // A command may be journalled twice: unknown, then as the next server answered it.
        var last = journal.GroupBy(each => each.Command.Key).ToDictionary(each => each.Key, each => each.ToList());
        foreach (var (key, endings) in last)
        {
            var command = endings[0].Command;
            var answers = endings.Where(each => each.Ending == Ending.Answered).Select(each => each.Detail).Distinct().ToList();
            if (answers.Count > 1)
            {
                yield return $"{key}: a repeat was answered otherwise than the first time: {string.Join(" and ", answers)}";
            }
            var wasRefused = endings.Any(each => each.Ending == Ending.Refused);
            if (wasRefused)
            {
                yield return $"{key}: {command.What} was refused: {endings[^1].Detail}";
            }
            if (command.What == "ack")
            {
                if (answers.Count > 0 && !state.Acknowledged.Contains(command.About))
                {
                    yield return $"lost: the acknowledgement of {command.About} ({key}) was answered and is not kept";
                }
                continue;
            }
            var kept = (command.What == "send" ? state.Messages : state.Issues)[key].ToList();
            if (kept.Count > 1)
            {
                yield return $"twice: {command.What} {key} was done {kept.Count} times";
            }
            if (answers.Count > 0 && kept.Count == 0)
            {
                yield return $"lost: {command.What} {key} was answered with {answers[0]} and is not kept";
            }
            if (answers.Count > 0 && kept.Count > 0 && kept[0].Id != answers[0])
            {
                yield return $"{key}: answered with {answers[0]}, kept as {kept[0].Id}";
            }
            foreach (var torn in kept.Where(each => each.Body != Crew.BodyOf(key)))
            {
                yield return $"torn: the body of {torn.Id} ({key})";
            }
        }
        foreach (var message in state.Messages.SelectMany(each => each))
        {
            if (!last.ContainsKey(message.Key))
            {
                yield return $"from nowhere: {message.Id} ({message.Key}) was never sent";
            }
            if (!state.Delivered.Contains(message.Seq))
            {
                yield return $"torn: {message.Id} has no delivery";
            }
            if (state.Sent[message.Id].Count() is var told && told != 1)
            {
                yield return $"torn: the log tells {told} times that {message.Id} was sent";
            }
        }
        foreach (var late in Disordered(state, journal))
        {
            yield return late;
        }
    }

    // Each client waits for an answer before it sends on, so its thread has the order of its numbers; and so has the log.
    private static IEnumerable<string> Disordered(State state, IReadOnlyList<Finished> journal)
    {
        var numbers = journal.Where(each => each.Command.What == "send").Select(each => each.Command).DistinctBy(each => each.Key).ToDictionary(each => each.Key, each => each.Number);
        foreach (var thread in state.Messages.SelectMany(each => each).Where(each => numbers.ContainsKey(each.Key)).GroupBy(each => each.Thread))
        {
            var inStore = thread.OrderBy(each => each.Seq).ToList();
            var inLog = thread.OrderBy(each => state.Sent[each.Id].DefaultIfEmpty().Min()).ToList();
            foreach (var (before, after) in inStore.Zip(inStore.Skip(1)).Concat(inLog.Zip(inLog.Skip(1))).Where(pair => numbers[pair.First.Key] >= numbers[pair.Second.Key]))
            {
                yield return $"disordered: {after.Key} stands after {before.Key} in {thread.Key}";
            }
        }
    }

    private sealed record State(
        ILookup<string, Kept> Messages, ILookup<string, Kept> Issues, HashSet<string> Acknowledged, HashSet<long> Delivered, ILookup<string, long> Sent)
    {
        public static async Task<State> Read(Session session)
        {
            var messages = await session.Query(
                "SELECT message_id, subject, body, seq, thread_id FROM messages",
                row => new Kept(row.Text("message_id"), row.Text("subject"), row.Text("body"), row.Number("seq"), row.Text("thread_id")));
            var issues = await session.Query(
                "SELECT issue_id, title, body FROM issues", row => new Kept(row.Text("issue_id"), row.Text("title"), row.Text("body"), 0, ""));
            var acknowledged = await session.Query(
                """
                SELECT m.message_id FROM deliveries d JOIN messages m ON m.seq = d.seq WHERE d.state = 'acked'
                UNION SELECT m.message_id FROM everyone_states e JOIN messages m ON m.seq = e.seq WHERE e.state = 'acked'
                """, row => row.Text("message_id"));
            var delivered = await session.Query("SELECT seq FROM deliveries UNION SELECT seq FROM everyone", row => row.Number("seq"));
            var sent = await session.Query(
                "SELECT subject, seq FROM events WHERE kind = 'message.sent'", row => new Told(row.Text("subject"), row.Number("seq")));
            return new(
                messages.ToLookup(each => each.Key),
                issues.ToLookup(each => each.Key),
                [.. acknowledged],
                [.. delivered],
                sent.ToLookup(each => each.Subject, each => each.Seq));
        }
    }
}
