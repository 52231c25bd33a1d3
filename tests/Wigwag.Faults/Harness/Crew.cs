using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Wigwag.Client;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Keys;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;

namespace Wigwag.Faults.Harness;

/// <summary>
/// Agents that work through one server after another: each sends on a thread of its own to the next one, acknowledges what it is sent,
/// and opens issues. What became of each command is in the journal; what is unknown is asked again, with the same key, of the next server.
/// </summary>
internal sealed class Crew(int size, Journal journal, string run)
{
    public const string Project = "github.com/wigwag/faults";

    private readonly Member[] _members = [.. Enumerable.Range(0, size).Select(index => new Member($"w{index}"))];

    private sealed record Member(string Name)
    {
        public AgentId Agent { get; } = AgentId.Parse(Name + "/faults");

        public string Token { get; set; } = "";

        public ThreadId? Thread { get; set; }

        public int Next { get; set; }

        public Command? Doubtful { get; set; }

        public ConcurrentQueue<MessageId> Inbox { get; } = new();
    }

    private int _sent;

    /// <summary>How many messages were answered for, each once.</summary>
    public int Sent => _sent;

    /// <summary>Registers every agent and gives each a key of its own.</summary>
    public async Task Enlist(ServerProcess server)
    {
        using var administrator = server.Client();
        foreach (var member in _members)
        {
            _ = (await administrator.Call(RegisterAgent.Operation, new() { Agent = member.Agent.Value, Project = Project })).Value;
            var key = await administrator.Call(CreateKey.Operation, new() { Name = member.Name, Role = Role.Agent, Agent = member.Agent });
            member.Token = key.Value.Token!;
        }
    }

    /// <summary>Works until the server is gone or <paramref name="enough"/> says so; how many commands were answered.</summary>
    public async Task<int> Work(ServerProcess server, CancellationToken enough)
    {
        var answered = await Task.WhenAll(_members.Select((member, index) => Task.Run(() => Work(server, member, _members[(index + 1) % size], enough))));
        return answered.Sum();
    }

    /// <summary>Asks again what nobody answered, of a server that stays.</summary>
    public async Task Settle(ServerProcess server)
    {
        foreach (var (member, index) in _members.Select((member, index) => (member, index)))
        {
            using var client = server.Client(token: member.Token);
            Assert.True(member.Doubtful is null || await Do(client, member, _members[(index + 1) % size], member.Doubtful), "The last server did not answer.");
        }
    }

    /// <summary>What a message of this key says, so that one that was torn shows.</summary>
    public static string BodyOf(string key)
    {
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        return string.Concat(Enumerable.Repeat(hash, 1 + (hash[0] % 24)));
    }

    private async Task<int> Work(ServerProcess server, Member member, Member next, CancellationToken enough)
    {
        using var client = server.Client(token: member.Token);
        var answered = 0;
        while (!enough.IsCancellationRequested)
        {
            var command = member.Doubtful ?? NewCommand(member);
            if (!await Do(client, member, next, command))
            {
                break;
            }
            answered++;
        }
        return answered;
    }

    private Command NewCommand(Member member)
    {
        var number = member.Next++;
        var key = $"{run}-{member.Name}-{number}";
        return (number % 5) switch
        {
            3 when member.Inbox.TryDequeue(out var message) => new(member.Name, number, "ack", key, message.Value),
            4 => new(member.Name, number, "issue", key, ""),
            _ => new(member.Name, number, "send", key, next(member)),
        };

        string next(Member of) => $"w{(int.Parse(of.Name[1..], null) + 1) % size}/faults";
    }

    /// <summary>False when the server gave no answer.</summary>
    private async Task<bool> Do(WigwagClient client, Member member, Member next, Command command)
    {
        if (member.Doubtful is null)
        {
            await journal.Invoke(command);
        }
        member.Doubtful = command;
        var (detail, error) = await Call(client, member, next, command);
        switch (error?.Kind)
        {
            case null:
                await journal.End(command, Ending.Answered, detail);
                Interlocked.Add(ref _sent, command.What == "send" ? 1 : 0);
                break;
            case ErrorKind.Unavailable:
                await journal.End(command, Ending.Unknown, error.Code);
                return false;
            default:
                await journal.End(command, Ending.Refused, error.Code);
                break;
        }
        member.Doubtful = null;
        return true;
    }

    private static async Task<(string Detail, Error? Error)> Call(WigwagClient client, Member member, Member next, Command command)
    {
        var options = new CallOptions { IdempotencyKey = command.Key };
        switch (command.What)
        {
            case "send":
                var send = new SendMessageRequest { To = next.Agent.Value, Subject = command.Key, Body = BodyOf(command.Key), Thread = member.Thread };
                if (!(await client.Call(SendMessage.Operation, send, options)).Try(out var message, out var error))
                {
                    return ("", error);
                }
                member.Thread ??= message.ThreadId;
                next.Inbox.Enqueue(message.MessageId);
                return (message.MessageId.Value, null);
            case "ack":
                var acknowledged = await client.Call(AcknowledgeMessage.Operation, new() { MessageId = MessageId.Parse(command.About) }, options);
                return (command.About, acknowledged.Error);
            default:
                var issue = await client.Call(CreateIssue.Operation, new() { Project = Project, Title = command.Key, Body = BodyOf(command.Key) }, options);
                return issue.Try(out var created, out error) ? (created.IssueId.Value, null) : ("", error);
        }
    }
}
