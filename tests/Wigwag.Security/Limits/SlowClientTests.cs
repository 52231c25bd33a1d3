using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Wigwag.Security.Limits;

/// <summary>Clients that say little for long, and one that asks without end, leave the others their server.</summary>
public sealed class SlowClientTests
{
    // In megabytes.
    private const int Unpacked = 256;

    // Two cores that clients and server share give each other way for about this long.
    private static readonly TimeSpan Unnoticed = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task A_thousand_slow_clients_and_one_that_never_stops_hold_nobody_up()
    {
        var slow = Scale.Of(300, 1_000);
        var answers = Scale.Of(100, 1_000);
        await using var server = await RunningServer.Start(options => options with { Limits = options.Limits with { RequestsPerSecond = 100, RequestBurst = 400, HeaderTimeout = TimeSpan.FromSeconds(5) } });
        var (busy, _) = await server.Key(new { name = "busy", role = "reader" });
        var (calm, _) = await server.Key(new { name = "calm", role = "reader" });
        using var other = server.Client(calm);
        await Slowest(other, answers);
        var before = await Slowest(other, answers);

        using var enough = new CancellationTokenSource();
        var (refused, cut) = (0, 0);
        var first = await Task.WhenAll(Enumerable.Range(0, slow).Select(index => Dribble(server, index)));
        // They are cut off in the end, each of them, and come back: nothing holds a connection by saying nothing.
        var dribbling = Task.WhenAll(first.Select(async (socket, index) =>
        {
            await Ended(socket);
            Interlocked.Increment(ref cut);
            while (!enough.IsCancellationRequested)
            {
                await Ended(await Dribble(server, index));
                Interlocked.Increment(ref cut);
            }
        }));
        using var abuser = server.Client(busy);
        var abuse = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                using var response = await abuser.GetAsync("/v1/projects", CancellationToken.None);
                refused += response.StatusCode == HttpStatusCode.TooManyRequests ? 1 : 0;
            }
        }, TestContext.Current.CancellationToken);
        var with = await Slowest(other, answers);
        await enough.CancelAsync();
        await Task.WhenAll(abuse, dribbling);
        var after = await Slowest(other, answers);

        Assert.True(refused > 0);
        // What else this machine does meanwhile slows all three.
        var without = before > after ? before : after;
        Scale.Tell("Slow clients:", $"{slow} sockets that dribble, {cut} times cut off, and a client that was refused {refused} times: another was answered each of {answers} times, 99 of 100 within {with.TotalMilliseconds:0.0} ms; without them {before.TotalMilliseconds:0.0} ms before and {after.TotalMilliseconds:0.0} ms after (× {with / without:0.0})");
        // A short run has too few answers for a timing to mean anything.
        if (Scale.IsLong)
        {
            Assert.True(with <= 2 * without || with < Unnoticed, $"99 of 100 answers within {with}, without slow clients within {without}.");
        }
    }

    [Fact]
    public async Task What_is_too_large_too_deep_or_too_many_is_refused_and_the_server_goes_on()
    {
        await using var server = await RunningServer.Start();
        await RunningServer.Ok(await server.Http.Post("/v1/agents", new { agent = "dave/vc", project = "github.com/o/vc" }));
        using var dave = server.Client(server.Token, ("Wigwag-Agent", "dave/vc"));
        var deep = string.Concat(Enumerable.Repeat("[", 100_000));
        var objects = string.Concat(Enumerable.Repeat("{\"a\":", 50_000));
        string[] bodies =
        [
            deep, deep + string.Concat(Enumerable.Repeat("]", 100_000)), objects, "{\"subject\":" + deep, "{\"subject\":\"" + new string('x', 1_000_000) + "\"}",
            "{\"subject\":\"x\",\"body\":\"" + new string('x', 900_000) + "\"}", "{" + string.Join(',', Enumerable.Range(0, 60_000).Select(i => $"\"p{i}\":{i}")) + "}",
            "{\"subject\":\"x\",\"attachments\":[" + string.Join(',', Enumerable.Repeat("{\"name\":\"x\",\"text\":\"x\"}", 30_000)) + "]}", "{\"subject\":1e400}", "{\"subject\":" + new string('9', 500_000) + "}",
            "{\"subject\":\"\\ud800\"}", "{\"subject\":\"x\\u0000y\"}", "\ufeff{}", "{\"subject\":\"x\"} {\"subject\":\"x\"}", "null", "[]", "\"\"", new string(' ', 1_000_000), "{\"subject\":\"x\",\"subject\":\"y\"}",
        ];
        var tried = 0;
        foreach (var path in new[] { "/v1/projects/vc/messages", "/v1/projects/-/reservations", "/mcp", "/v1/hooks/claude-code/PreToolUse", "/api/reservations", "/v1/projects/-/check" })
        {
            foreach (var body in bodies)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
                request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
                using var response = await dave.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.True((int)response.StatusCode is >= 400 and < 500 || path.Contains("hooks", StringComparison.Ordinal), $"{path} {body[..Math.Min(80, body.Length)]}: {(int)response.StatusCode}");
                Assert.True((int)response.StatusCode < 500, $"{path} {body[..Math.Min(80, body.Length)]}: {(int)response.StatusCode}");
                tried++;
            }
        }
        await RunningServer.Ok(await server.Http.Get("/v1/projects"));
        Scale.Tell("Oversized:", $"{tried} bodies too large, too deep or broken: each refused, or by a hook ignored; 0 failures of the server's");
    }

    // What unpacks to a thousand times its size, or draws to billions of points, is bytes like any others.
    [Fact]
    public async Task A_bomb_is_kept_as_it_came_and_given_as_a_file_in_bounded_memory()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.Start(folder["home"]);
        using var dave = new HttpClient { BaseAddress = server.Address };
        dave.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(folder["home/token"], TestContext.Current.CancellationToken)).Trim());
        await RunningServer.Ok(await dave.Post("/v1/agents", new { agent = "dave/vc", project = "github.com/o/vc" }));
        dave.DefaultRequestHeaders.Add("Wigwag-Agent", "dave/vc");
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        await using (var entry = await zip.CreateEntry("0.txt", CompressionLevel.Fastest).OpenAsync(TestContext.Current.CancellationToken))
        {
            await Zeros(entry);
        }
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await gzip.WriteAsync("{\"subject\":\""u8.ToArray(), TestContext.Current.CancellationToken);
            await Zeros(gzip);
        }
        // Its head says 50,000 by 50,000 points.
        byte[] picture = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50, 8, 6, 0, 0, 0];
        byte[] drawing = Encoding.UTF8.GetBytes("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><script>alert(1)</script></svg>");
        (string Name, byte[] Bytes)[] bombs = [("bomb.zip", packed.ToArray()), ("bomb.gz", compressed.ToArray()), ("huge.png", picture), ("drawing.svg", drawing)];
        var random = new Random(Scale.Seed);
        // What the same costs when nothing can be unpacked.
        for (var i = 0; i < 5; i++)
        {
            foreach (var (name, bytes) in bombs)
            {
                var noise = new byte[bytes.Length];
                random.NextBytes(noise);
                await AssertKept(dave, name, noise);
            }
        }
        var before = PeakFromHere(server.Id);
        foreach (var (name, bytes) in bombs)
        {
            await AssertKept(dave, name, bytes);
        }
        // A request that would be one once it was unpacked.
        foreach (var path in new[] { "/v1/projects/vc/messages", "/mcp", "/v1/hooks/claude-code/PreToolUse" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(compressed.ToArray()) };
            request.Content.Headers.Add("Content-Type", "application/json");
            request.Content.Headers.Add("Content-Encoding", "gzip");
            request.Headers.Add("Accept", "application/json, text/event-stream");
            using var response = await dave.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True((int)response.StatusCode is >= 400 and < 500 || path.Contains("hooks", StringComparison.Ordinal), $"{path}: {(int)response.StatusCode}");
        }
        var grown = (Peak(server.Id) - before) / 1024;
        Scale.Tell("Bombs:", $"{bombs.Length} files of up to {bombs.Max(bomb => bomb.Bytes.Length) / 1024} KB that unpack to {Unpacked} MB or draw to 10 GB, and 3 requests packed so: 0 opened, each file given back as a file; the server's memory peaked {grown} MB above what it was (allowed: 20)");
        // Unpacking one of them takes ten times as much; the room is for a collector that is in no hurry.
        Assert.True(grown < Unpacked / 4, $"The server's memory grew by {grown} MB.");
    }

    private static async Task AssertKept(HttpClient dave, string name, byte[] bytes)
    {
        var kept = await RunningServer.Ok(await dave.Put("/v1/attachments", new ByteArrayContent(bytes)));
        var attachments = new JsonArray(new JsonObject { ["name"] = name, ["content_id"] = kept["content_id"]!.DeepClone() });
        var sent = await RunningServer.Ok(await dave.Post("/v1/projects/vc/messages", new { subject = "x", attachments }));
        using var response = await dave.Get($"/v1/messages/{sent["message_id"]}/attachments/{name}");
        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.DoesNotMatch("html|svg|xml|javascript", response.Content.Headers.ContentType?.MediaType ?? "");
    }

    private static async Task Zeros(Stream stream)
    {
        var megabyte = new byte[1 << 20];
        for (var i = 0; i < Unpacked; i++)
        {
            await stream.WriteAsync(megabyte, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>What of a process lies in memory now, in kilobytes; its peak is counted from here on.</summary>
    private static long PeakFromHere(int process)
    {
        File.WriteAllText($"/proc/{process}/clear_refs", "5");
        return Peak(process);
    }

    private static long Peak(int process) => File.ReadLines($"/proc/{process}/status")
        .Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
        .Single();

    /// <summary>Within which 99 of 100 requests were answered, one every ten milliseconds.</summary>
    private static async Task<TimeSpan> Slowest(HttpClient client, int answers)
    {
        var spent = new List<TimeSpan>();
        for (var i = 0; i < answers; i++)
        {
            var since = Stopwatch.GetTimestamp();
            await RunningServer.Ok(await client.Get("/v1/projects"));
            spent.Add(Stopwatch.GetElapsedTime(since));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        return spent.Order().ElementAt(answers * 99 / 100 - 1);
    }

    private static async Task<Socket> Dribble(RunningServer server, int index)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Port));
        var head = $"POST /v1/keys HTTP/1.1\r\nHost: localhost:{server.Port}\r\nAuthorization: Bearer {server.Token}\r\nContent-Type: application/json\r\n";
        // Some stop in the headers, some before them, some in the body.
        await socket.SendAsync(Encoding.ASCII.GetBytes((index % 3) switch { 0 => head, 1 => "P", _ => head + "Content-Length: 900000\r\n\r\n{" }));
        return socket;
    }

    private static async Task Ended(Socket socket)
    {
        using var held = socket;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset is an end, too.
        }
    }
}
