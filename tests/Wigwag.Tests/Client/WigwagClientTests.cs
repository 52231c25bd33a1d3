using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Wigwag.Client;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Slots;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Tests.Client;

public sealed class WigwagClientTests
{
    private static readonly IssueId Id = IssueId.Parse("vc-a3f8");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_comes_back_as_the_operations_record()
    {
        await using var server = await ScriptedServer.Start((_, http) => Json(http, 200, AnIssue));
        using var client = new WigwagClient(new() { Address = server.Address });
        var issue = (await client.Call(ShowIssue.Operation, new() { IssueId = Id }, cancel: Cancel)).Value;
        Assert.Equal(("Crash", IssueStatus.Open), (issue.Title, issue.Status));
        Assert.Equal("GET /v1/issues/vc-a3f8", server.Requests.Single().Line);
    }

    [Fact]
    public async Task The_token_and_who_one_acts_as_travel_in_headers()
    {
        await using var server = await ScriptedServer.Start((_, http) => Json(http, 200, AnIssue));
        using var client = new WigwagClient(new()
        {
            Address = server.Address,
            Token = "secret",
            Agent = AgentId.Parse("dave/vc"),
            Workspace = new("box", "/home/dave/src; x", "f=1"),
        });
        await client.Call(ClaimIssue.Operation, new() { IssueId = Id }, cancel: Cancel);
        var headers = server.Requests.Single().Headers;
        Assert.Equal("Bearer secret", headers["Authorization"]);
        Assert.Equal("dave/vc", headers["Wigwag-Agent"]);
        Assert.Equal("host=box;path=%2Fhome%2Fdave%2Fsrc%3B%20x;fingerprint=f%3D1", headers["Wigwag-Workspace"]);
    }

    [Fact]
    public async Task A_refusal_comes_back_in_the_servers_own_words()
    {
        await using var server = await ScriptedServer.Start((_, http) => Json(http, 409, """
            {"type":"urn:wigwag:error:already_claimed","title":"x","status":409,"detail":"It is held by main/beads.","code":"already_claimed","kind":"conflict","next":"Ask.","details":{"assignee":"main/beads"}}
            """, "application/problem+json"));
        using var client = new WigwagClient(new() { Address = server.Address });
        var error = (await client.Call(ClaimIssue.Operation, new() { IssueId = Id }, cancel: Cancel)).Error!;
        Assert.Equal((ErrorKind.Conflict, "already_claimed", "It is held by main/beads.", "Ask."), (error.Kind, error.Code, error.Message, error.Next));
        Assert.Equal("main/beads", error.Details!["assignee"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_is_no_answer_of_a_wigwag_server_is_said_to_be_none()
    {
        await using var server = await ScriptedServer.Start((number, http) => number == 1
            ? Json(http, 502, "<html>", "text/html")
            : Json(http, 200, "<html>", "text/html"));
        using var client = new WigwagClient(new() { Address = server.Address });
        Assert.Equal("unexpected_answer", (await client.Call(ShowIssue.Operation, new() { IssueId = Id }, cancel: Cancel)).Error?.Code);
        Assert.Equal("unexpected_answer", (await client.Call(ShowIssue.Operation, new() { IssueId = Id }, cancel: Cancel)).Error?.Code);
    }

    [Fact]
    public async Task A_command_is_repeated_under_one_key_until_the_server_is_available()
    {
        await using var server = await ScriptedServer.Start((number, http) =>
        {
            switch (number)
            {
                case 1:
                    http.Abort();
                    return Task.CompletedTask;
                case 2:
                    return Json(http, 503, """{"detail":"The server is stopping.","code":"stopping","kind":"unavailable","next":"Later."}""", "application/problem+json");
                default:
                    return Json(http, 200, AnIssue);
            }
        });
        using var client = new WigwagClient(new() { Address = server.Address });
        var result = await client.Call(ClaimIssue.Operation, new() { IssueId = Id }, new() { Attempts = 5 }, cancel: Cancel);
        Assert.Null(result.Error);
        Assert.Equal(3, server.Requests.Count);
        Assert.Single(server.Requests.Select(request => request.Headers["Idempotency-Key"]).Distinct());
    }

    [Fact]
    public async Task Nothing_is_repeated_without_being_told_to()
    {
        await using var server = await ScriptedServer.Start((_, http) =>
        {
            http.Abort();
            return Task.CompletedTask;
        });
        using var client = new WigwagClient(new() { Address = server.Address });
        Assert.Equal("server_unreachable", (await client.Call(ClaimIssue.Operation, new() { IssueId = Id }, new() { IdempotencyKey = "k" }, cancel: Cancel)).Error?.Code);
        Assert.Equal("k", Assert.Single(server.Requests).Headers["Idempotency-Key"]);
    }

    [Fact]
    public async Task A_conflict_is_not_repeated()
    {
        await using var server = await ScriptedServer.Start((_, http) =>
            Json(http, 409, """{"detail":"d","code":"already_closed","kind":"conflict","next":"n"}""", "application/problem+json"));
        using var client = new WigwagClient(new() { Address = server.Address });
        Assert.Equal("already_closed", (await client.Call(ClaimIssue.Operation, new() { IssueId = Id }, new() { Attempts = 5 }, cancel: Cancel)).Error?.Code);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Queries_carry_no_key()
    {
        await using var server = await ScriptedServer.Start((_, http) => Json(http, 200, AnIssue));
        using var client = new WigwagClient(new() { Address = server.Address });
        await client.Call(ShowIssue.Operation, new() { IssueId = Id }, cancel: Cancel);
        Assert.DoesNotContain("Idempotency-Key", server.Requests.Single().Headers.Keys);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_an_error_that_names_it()
    {
        using var client = new WigwagClient(new() { Address = new Uri($"http://127.0.0.1:{FreePort()}") });
        var error = (await client.Call(ShowIssue.Operation, new() { IssueId = Id }, cancel: Cancel)).Error!;
        Assert.Equal((ErrorKind.Unavailable, "server_unreachable"), (error.Kind, error.Code));
        Assert.Contains("127.0.0.1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_on()
    {
        await using var server = await ScriptedServer.Start((_, http) => Task.Delay(Timeout.Infinite, http.RequestAborted));
        using var client = new WigwagClient(new() { Address = server.Address, AnswerWithin = TimeSpan.FromMilliseconds(50) });
        Assert.Equal("server_unreachable", (await client.Call(ShowIssue.Operation, new() { IssueId = Id }, cancel: Cancel)).Error?.Code);
    }

    [Fact]
    public async Task Who_asks_to_wait_is_waited_for_as_long_and_a_little_more()
    {
        var asked = new (Operation Operation, object Request)[]
        {
            (WaitForMessages.Operation, new WaitForMessagesRequest { Timeout = 60 }),
            (Reserve.Operation, new ReserveRequest { Scopes = ["src"], WaitSeconds = 60 }),
            (AcquireSlot.Operation, new AcquireSlotRequest { Slot = "build", WaitSeconds = 60 }),
            (ClaimNextIssue.Operation, new ClaimNextIssueRequest { WaitSeconds = 60 }),
        };
        await using var server = await ScriptedServer.Start((_, http) =>
            Json(http, 409, """{"detail":"d","code":"c","kind":"conflict","next":"n"}""", "application/problem+json"));
        foreach (var (operation, request) in asked)
        {
            var clock = new NotingClock();
            using var client = new WigwagClient(new() { Address = server.Address, AnswerWithin = TimeSpan.FromSeconds(7), Clock = clock });
            await client.Call(operation, request, cancel: Cancel);
            Assert.Equal([TimeSpan.FromSeconds(67)], clock.Set);
        }
        // Every operation that waits is among them.
        Assert.Equal(
            asked.Select(each => each.Operation.Name).Order(),
            Catalog.Operations.Where(operation => operation.RequestType.Properties.Any(property => property.Name is "wait_seconds" or "timeout")).Select(operation => operation.Name).Order());
    }

    [Fact]
    public async Task A_caller_who_gives_up_gets_the_exception_of_giving_up()
    {
        await using var server = await ScriptedServer.Start((_, http) => Task.Delay(Timeout.Infinite, http.RequestAborted));
        using var client = new WigwagClient(new() { Address = server.Address });
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        cancel.CancelAfter(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.Call(ShowIssue.Operation, new() { IssueId = Id }, cancel: cancel.Token));
    }

    [Fact]
    public async Task A_unix_socket_serves_as_well_as_a_port()
    {
        var folder = Directory.CreateTempSubdirectory("wigwag-");
        try
        {
            var socket = Path.Combine(folder.FullName, "w.sock");
            await using var server = await ScriptedServer.Start((_, http) => Json(http, 200, AnIssue), socket);
            using var client = new WigwagClient(new() { Socket = socket });
            Assert.Equal("Crash", (await client.Call(ShowIssue.Operation, new() { IssueId = Id }, cancel: Cancel)).Value.Title);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_the_token()
    {
        await using var elsewhere = await ScriptedServer.Start((_, http) => Json(http, 200, AnIssue));
        await using var server = await ScriptedServer.Start((_, http) =>
        {
            http.Response.Redirect(elsewhere.Address.ToString());
            return Task.CompletedTask;
        });
        using var client = new WigwagClient(new() { Address = server.Address, Token = "secret" });
        Assert.Equal("unexpected_answer", (await client.Call(ShowIssue.Operation, new() { IssueId = Id }, cancel: Cancel)).Error?.Code);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task Attachments_stream_both_ways()
    {
        await using var server = await ScriptedServer.Start(async (_, http) =>
        {
            if (http.Request.Method == "PUT")
            {
                using var body = new MemoryStream();
                await http.Request.Body.CopyToAsync(body, http.RequestAborted);
                await Json(http, 200, $$"""{"content_id":"{{new string('a', 64)}}","size_bytes":{{body.Length}},"media_type":"text/plain"}""");
                return;
            }
            await Json(http, 200, "the trace", "text/plain");
        });
        using var client = new WigwagClient(new() { Address = server.Address });
        using var content = new MemoryStream(Encoding.UTF8.GetBytes("the trace"));
        Assert.Equal(9, (await client.Upload(content, Cancel)).Value.SizeBytes);
        await using var download = (await client.Download(MessageId.Parse("m-0123456789"), "a b.txt", Cancel)).Value;
        using var reader = new StreamReader(download.Content);
        Assert.Equal("the trace", await reader.ReadToEndAsync(Cancel));
        Assert.Equal("GET /v1/messages/m-0123456789/attachments/a%20b.txt", server.Requests.Last().Line);
    }

    internal static async Task Json(HttpContext http, int status, string body, string type = "application/json")
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        await http.Response.WriteAsync(body, http.RequestAborted);
    }

    private sealed class NotingClock : TimeProvider
    {
        public List<TimeSpan> Set { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Set.Add(dueTime);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }

    private static string AnIssue => JsonSerializer.Serialize(
        new Issue
        {
            IssueId = Id,
            Project = ProjectId.Parse("github.com/steveyegge/vc"),
            Title = "Crash",
            Body = "",
            Status = IssueStatus.Open,
            Priority = 2,
            Labels = [],
            CreatedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
            Blocked = false,
        },
        IssuesJson.Default.Issue);

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
