using System.Net;
using FsCheck.Fluent;
using Wigwag.Core.Operations;
using Wigwag.Tests.Text;

namespace Wigwag.Security.Search;

/// <summary>Any text may be searched for, filtered by, or given as a cursor: it finds nothing of other projects, breaks nothing and ends.</summary>
public sealed class SearchFuzzTests
{
    private const string Secret = "WHISPER";

    [Fact]
    public async Task No_text_breaks_a_query_or_reaches_another_project()
    {
        await using var server = await RunningServer.Start(options => options with { Limits = options.Limits with { RequestsPerSecond = 1_000_000, RequestBurst = 1_000_000 } });
        foreach (var (agent, text) in new[] { ("main/beads", Secret), ("dave/vc", "ours") })
        {
            await RunningServer.Ok(await server.Http.Post("/v1/agents", new { agent, project = "github.com/o/" + agent.Split('/')[1] }));
            using var client = server.Client(server.Token, ("Wigwag-Agent", agent));
            for (var i = 0; i < 50; i++)
            {
                await RunningServer.Ok(await client.Post($"/v1/projects/{agent.Split('/')[1]}/messages", new { subject = $"{text} parser crash {i}", body = $"{text} a x1 src/parser/Lexer.cs vc-a3f8" }));
                await RunningServer.Ok(await client.Post("/v1/projects/-/issues", new { title = $"{text} parser {i}", body = text, labels = new[] { text.ToLowerInvariant() } }));
            }
        }
        var (token, _) = await server.Key(new { name = "dave", role = "agent", agent = "dave/vc", projects = new System.Text.Json.Nodes.JsonArray("vc") });
        using var dave = server.Client(token);
        // Every text that a query takes.
        var fields = Catalog.Operations
            .Where(operation => operation.Http.StartsWith("GET ", StringComparison.Ordinal) && !operation.Http.Contains('{', StringComparison.Ordinal) && operation.Name is not "wait_for_messages")
            .SelectMany(operation => operation.RequestType.Properties.Select(property => (Path: operation.Http[4..], property.Name)))
            .Append(("/v1/projects/-/issues", "label"))
            .Append(("/v1/messages", "query"))
            .ToArray();
        var texts = Hostile.Texts.Generator.Sample(Scale.Of(1_500, 10_000), new FsCheck.Rnd((ulong)Scale.Seed), 50).ToArray();
        var (found, refused) = (0, 0);
        await Parallel.ForEachAsync(texts.Index(), TestContext.Current.CancellationToken, async (each, cancel) =>
        {
            // Half of them are searches.
            var (path, name) = each.Index % 2 == 0 ? ("/v1/messages", "query") : fields[each.Index / 2 % fields.Length];
            var query = $"{name}={Escape(each.Item)}" + (path == "/v1/messages" && name != "query" ? "&query=parser" : "");
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(TimeSpan.FromSeconds(20));
            using var response = await dave.GetAsync($"{path}?{query}", patience.Token);
            var answer = await response.Content.ReadAsStringAsync(patience.Token);
            Assert.True(response.StatusCode < HttpStatusCode.InternalServerError, $"{path}?{query}: {(int)response.StatusCode} {answer}");
            Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
            _ = response.IsSuccessStatusCode ? Interlocked.Increment(ref found) : Interlocked.Increment(ref refused);
        });
        Assert.True(found > 0);
        Scale.Tell("Search:", $"{texts.Length} hostile texts in {fields.Length} fields of queries: {found} answered, {refused} refused, 0 failed, 0 rows of another project");
    }

    // Halves of characters have no form in a URL of .NET's; they go as the three bytes that lax encoders make of them.
    private static string Escape(string text) => string.Concat(text.Select((c, i) =>
        char.IsSurrogate(c) && !(char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) && !(char.IsLowSurrogate(c) && i > 0 && char.IsHighSurrogate(text[i - 1]))
            ? $"%{0xe0 | (c >> 12):X2}%{0x80 | ((c >> 6) & 0x3f):X2}%{0x80 | (c & 0x3f):X2}"
            : char.IsLowSurrogate(c) ? "" : char.IsHighSurrogate(c) ? Uri.EscapeDataString(text.AsSpan(i, 2)) : Uri.EscapeDataString(c.ToString())));
}
