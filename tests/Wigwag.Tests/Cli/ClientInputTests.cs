using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wigwag.Core.Operations;
using Wigwag.Program.Mcp;

namespace Wigwag.Tests.Cli;

/// <summary>Lines of MCP's client come whole, or, where they are too long, with the id that their answer needs.</summary>
public sealed class ClientInputTests
{
    private static async Task<List<ClientLine>> Read(string text, int most)
    {
        var input = new ClientInput(new Trickle(Encoding.UTF8.GetBytes(text), most));
        var lines = new List<ClientLine>();
        while (await input.Read(TestContext.Current.CancellationToken) is { } line)
        {
            lines.Add(line);
        }
        return lines;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Lines_come_as_they_were_written(int most)
    {
        var lines = await Read("\ufeff{\"a\":\"é\"}\r\n\n{\"b\":1}\nno end", most);
        Assert.Equal(["{\"a\":\"é\"}", "", "{\"b\":1}", "no end"], lines.Select(line => line.Text));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(5_000_000, false)]
    public async Task A_line_of_the_limit_comes_whole_and_the_one_after_a_longer_one_too(int beyond, bool isWhole)
    {
        var long1 = "{\"id\":1,\"pad\":\"" + new string('x', RequestLimits.JsonBytes + beyond - 17) + "\"}";
        var lines = await Read(long1 + "\n{\"b\":1}\n", 60_000);
        Assert.Equal(isWhole ? long1 : null, lines[0].Text);
        Assert.Equal(isWhole ? null : "1", lines[0].Id);
        Assert.Equal("{\"b\":1}", lines[1].Text);
    }

    [Fact]
    public void The_id_is_found_wherever_it_stands_and_however_it_is_cut()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            JsonNode?[] ids = [random.Next(), -random.Next(), "a-1", "with \"quotes\" and \\", "", null];
            var id = ids[random.Next(ids.Length)];
            var members = new List<KeyValuePair<string, JsonNode?>>
            {
                new("jsonrpc", "2.0"),
                new("method", "id"),
                new("params", new JsonObject { ["id"] = "inner", ["text"] = "\"id\": 7, } ] \\", ["list"] = new JsonArray(1, "id", new JsonObject { ["id"] = 9 }) }),
                new("id", id?.DeepClone()),
                new("idle", true),
            };
            var text = new JsonObject(members.OrderBy(_ => random.Next())).ToJsonString(new JsonSerializerOptions { WriteIndented = random.Next(2) == 0 });
            var found = new TopLevelId();
            var bytes = Encoding.UTF8.GetBytes(text);
            for (var at = 0; at < bytes.Length;)
            {
                var length = Math.Min(1 + random.Next(9), bytes.Length - at);
                found.Read(bytes.AsSpan(at, length));
                at += length;
            }
            var expected = id is null ? null : JsonDocument.Parse(text).RootElement.GetProperty("id").GetRawText();
            Assert.True(expected == found.Id, $"seed {seed}: {text}: {found.Id}");
        }
    }

    // Bytes that come a few at a time.
    private sealed class Trickle(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(most, buffer.Length)], cancellationToken);
    }
}
