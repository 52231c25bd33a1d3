using System.Text.Json;
using System.Text.Json.Nodes;
using Wigwag.Core.Operations;
using Wigwag.EndToEnd.Cli;
using Wigwag.Security.Mcp;

namespace Wigwag.Security.Text;

/// <summary>
/// A real server with two agents of one project: Mallory, who puts texts wherever there is room for one, and a victim, who looks at everything
/// by every face.
/// </summary>
internal sealed class Village : IDisposable
{
    public const string Project = "https://github.com/o/vc";

    private int _fresh;

    public Village()
    {
        Town.Environment["WIGWAG_LISTEN"] = "127.0.0.1:0";
        Folder = Town.Clone("victim/vc", Project);
        Town.Clone("mallory/vc", Project);
        Town.WigwagIn(Folder, "status").Fine();
        Town.WigwagIn(Path.Combine(Town.Folder, "src/mallory/vc"), "status").Fine();
        (Victim, Mallory) = (Client("victim/vc"), Client("mallory/vc"));
    }

    public Town Town { get; } = new();

    /// <summary>The victim's clone.</summary>
    public string Folder { get; }

    public HttpClient Victim { get; }

    public HttpClient Mallory { get; }

    public void Dispose()
    {
        Victim.Dispose();
        Mallory.Dispose();
        Town.Dispose();
    }

    public HttpClient Client(string agent)
    {
        var client = new HttpClient { BaseAddress = new Uri(Town.Url()) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", File.ReadAllText(Path.Combine(Town.Home, "token")).Trim());
        client.DefaultRequestHeaders.Add("Wigwag-Agent", agent);
        return client;
    }

    /// <summary>What a tool answers, as the client of MCP gets it.</summary>
    public static async Task<JsonElement> Tool(HttpClient client, string name, JsonObject arguments) =>
        (await client.Call(McpCalls.Tool(name, arguments.DeepClone().AsObject()))).TryGetProperty("result", out var result)
            ? result
            : throw new InvalidOperationException($"{name} {arguments} was not answered.");

    public static bool IsRefused(JsonElement result) => result.TryGetProperty("isError", out var error) && error.GetBoolean();

    public static async Task<JsonElement> Done(HttpClient client, string name, JsonObject arguments)
    {
        var result = await Tool(client, name, arguments);
        Assert.False(IsRefused(result), $"{name} {arguments}: {result}");
        return result.GetProperty("structuredContent");
    }

    /// <summary>A request of Mallory's that would be granted, on things of its own.</summary>
    public async Task<JsonObject> Request(Operation operation)
    {
        var number = ++_fresh;
        var request = new JsonObject();
        foreach (var property in operation.RequestType.Properties.Where(property => property.IsRequired))
        {
            request[property.Name] = property.Name switch
            {
                "issue_id" or "depends_on" => await Issue(),
                "thread_id" => $"issue:{await Issue()}",
                "message_id" => await Letter(),
                "message_ids" => new JsonArray(await Letter()),
                "lease_id" => await LeaseOfOneWhoLeft(),
                "to" => "victim/vc",
                "scopes" => new JsonArray(operation.Name == "transfer_lease" ? await Held() : $"fresh/{number}.txt"),
                "paths" => new JsonArray($"fresh/{number}.txt"),
                "file_path" => $"lock/{number}.txt",
                "slot" => $"slot{number}",
                "project" when operation.Name == "register_project" => $"https://example.org/o/p{number}.git",
                "project" when operation.Name == "rename_project" => await OtherProject(number),
                "name" when operation.Name is "alias_project" or "rename_project" => $"other-{number}",
                "project" => "vc",
                "role" => "reader",
                "via" => "wait",
                "capacity" or "token" => 1,
                _ => "x",
            };
        }
        foreach (var (name, value) in More(operation.Name, number))
        {
            request[name] = value;
        }
        if (operation.Name == "send_message")
        {
            request["issue"] = await Issue();
        }
        if (operation.Name == "reopen_issue")
        {
            await Done(Mallory, "close_issue", new JsonObject { ["issue_id"] = request["issue_id"]!.DeepClone() });
        }
        return request;
    }

    private static IEnumerable<(string, JsonNode)> More(string operation, int number) => operation switch
    {
        "send_message" => [("to", "victim/vc"), .. More("reply_to_message", number)],
        "reply_to_message" =>
        [
            ("category", "BLOCKED"), ("action", "x"), ("urgency", "high"),
            ("attachments", new JsonArray(new JsonObject { ["name"] = "a.txt", ["text"] = "x" })),
        ],
        "register_agent" =>
        [
            ("agent", $"m{number}/vc"), ("project", "vc"), ("host", $"h{number}"), ("path", $"/p{number}"),
            ("external_projects", new JsonArray(new JsonObject { ["name"] = "lib", ["project"] = "https://example.org/o/lib.git" })),
        ],
        "transfer_lease" => [("to", "victim/vc")],
        "wait_for_messages" => [("timeout", 0)],
        _ => [],
    };

    private async Task<string> Issue() => Id(await Done(Mallory, "create_issue", new() { ["title"] = "x" }), "issue_id");

    private async Task<string> Letter()
    {
        var letter = new JsonObject
        {
            ["to"] = "mallory/vc",
            ["subject"] = "x",
            ["issue"] = await Issue(),
            ["attachments"] = new JsonArray(new JsonObject { ["name"] = "x", ["text"] = "x" }),
        };
        return Id(await Done(Victim, "send_message", letter), "message_id");
    }

    private async Task<string> Held()
    {
        var scope = $"held/{++_fresh}.txt";
        await Done(Mallory, "reserve", new() { ["scopes"] = new JsonArray(scope) });
        return scope;
    }

    private async Task<string> OtherProject(int number)
    {
        await Done(Mallory, "register_project", new() { ["project"] = $"https://example.org/o/r{number}.git" });
        return $"r{number}";
    }

    private async Task<string> LeaseOfOneWhoLeft()
    {
        var held = await Done(Victim, "reserve", new() { ["scopes"] = new JsonArray($"left/{++_fresh}.txt") });
        await Done(Victim, "goodbye", new() { ["all"] = true });
        return Id(held.GetProperty("granted")[0], "lease_id");
    }

    private static string Id(JsonElement thing, string name) => thing.GetProperty(name).GetString()!;
}
