using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Wigwag.Core.Agents;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Micro;

/// <summary>A message as JSON: what comes in, what goes out.</summary>
public class Envelopes
{
    private static readonly Operation<SendMessageRequest, Message> Send = SendMessage.Operation;

    private readonly byte[] _request =
        """
        {"to":"main/beads","subject":"Parser crashes on an empty file","body":"The parser stops on an empty file.\n\n```\nunhandled: index out of range\n  at lexer.next (src/parser/lexer.cs:118)\n```","category":"BLOCKED","action":"mend the lexer","urgency":"high"}
        """u8.ToArray();

    private readonly Message _message = new()
    {
        MessageId = MessageId.Parse("m-4k7q2m9xw3"),
        ThreadId = ThreadId.Parse("m:m-4k7q2m9xw3"),
        Project = ProjectId.Parse("github.com/steveyegge/beads"),
        From = new() { Agent = AgentId.Parse("dave/vc"), Operator = "Dave <dave@example.org>", Project = ProjectId.Parse("github.com/steveyegge/vc") },
        To = ["main/beads"],
        Category = MessageCategory.Blocked,
        Subject = "Parser crashes on an empty file",
        Body = string.Concat(Enumerable.Repeat("at lexer.next (src/parser/lexer.cs:118)\n", 20)),
        Action = "mend the lexer",
        Urgency = Urgency.High,
        AckRequired = true,
        AckBy = DateTimeOffset.UnixEpoch,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Recipients = [new() { Recipient = "main/beads", State = MessageState.Unread, Delivery = DeliveryStage.Stored }],
    };

    private byte[] _answer = [];

    [GlobalSetup]
    public void Write() => _answer = JsonSerializer.SerializeToUtf8Bytes(_message, Send.Answer);

    [Benchmark]
    public object? Read_a_request() => JsonSerializer.Deserialize(_request, Send.Request);

    [Benchmark]
    public byte[] Write_a_message() => JsonSerializer.SerializeToUtf8Bytes(_message, Send.Answer);

    [Benchmark]
    public object? Read_a_message() => JsonSerializer.Deserialize(_answer, Send.Answer);
}
