using Wigwag.Client;
using Wigwag.Core.Agents;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;

namespace Wigwag.Faults.Harness;

/// <summary>One agent that sends to another of its project, for tests that need to know what became of each message.</summary>
internal sealed class Mailer(WigwagClient client) : IDisposable
{
    private static readonly AgentId From = AgentId.Parse("from/faults");
    private static readonly AgentId To = AgentId.Parse("to/faults");

    /// <summary>Registers both agents on a server.</summary>
    public static async Task<Mailer> On(ServerProcess server)
    {
        using var administrator = server.Client();
        foreach (var agent in new[] { From, To })
        {
            _ = (await administrator.Call(RegisterAgent.Operation, new() { Agent = agent.Value, Project = Crew.Project })).Value;
        }
        return new(server.Client(From));
    }

    public ValueTask<Result<Message>> Send(string subject, string? key = null, string? body = null) => client.Call(
        SendMessage.Operation, new() { To = To.Value, Subject = subject, Body = body ?? subject }, new() { IdempotencyKey = key });

    /// <summary>Sends until the server takes it, as one does after a fault has passed.</summary>
    public async Task<Message> SendAtLast(string subject)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var result = await Send(subject, key: subject);
            if (result.Try(out var message, out var error))
            {
                return message;
            }
            Assert.True(TimeProvider.System.GetElapsedTime(since) < ServerProcess.Patience, $"It is still refused: {error.Message}");
            await Task.Delay(20);
        }
    }

    /// <summary>Subjects of everything that was sent, in order, as the server tells.</summary>
    public async Task<List<string>> Sent()
    {
        var subjects = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await client.Call(ListSent.Operation, new() { Cursor = cursor, Limit = 100 })).Value;
            subjects.AddRange(page.Messages.Select(message => message.Subject));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        subjects.Reverse();
        return subjects;
    }

    public void Dispose() => client.Dispose();
}
