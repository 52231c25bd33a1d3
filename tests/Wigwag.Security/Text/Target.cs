using System.Text.Json.Nodes;
using Wigwag.Core.Operations;

namespace Wigwag.Security.Text;

/// <summary>What the victim names in its requests: things of Mallory's.</summary>
internal sealed record Target(string Issue, string Message)
{
    /// <summary>True for an operation whose answer depends on which it is.</summary>
    public static bool AreNamedBy(Operation operation) =>
        operation.RequestType.Properties.Any(property => property.IsRequired && property.Name is "issue_id" or "message_id" or "thread_id");

    /// <summary>The command line of that request.</summary>
    public string[] Arguments(Operation operation)
    {
        var given = Request(operation);
        var words = operation.Cli.Split(' ');
        var line = words.TakeWhile(word => word[0] is not ('<' or '[')).ToList();
        foreach (var name in words.Skip(line.Count).Select(word => word.Trim('<', '>', '[', ']').Replace("...", "", StringComparison.Ordinal)))
        {
            if (given[name] is { } value)
            {
                line.Add(value is JsonArray list ? list[0]!.GetValue<string>() : value.ToString());
                given.Remove(name);
            }
        }
        line.AddRange(given.Select(option => $"--{option.Key.Replace('_', '-')}={(option.Value is JsonArray list ? list[0] : option.Value)}"));
        return [.. line];
    }

    /// <summary>What the victim asks of an operation.</summary>
    public JsonObject Request(Operation operation)
    {
        var given = new JsonObject();
        foreach (var property in operation.RequestType.Properties.Where(property => property.IsRequired))
        {
            given[property.Name] = property.Name switch
            {
                "issue_id" => Issue,
                "depends_on" => "vc-0000",
                "message_id" => Message,
                "message_ids" => new JsonArray(Message),
                "thread_id" => $"issue:{Issue}",
                "lease_id" => "r-0000000000",
                "key_id" => "k0000000000",
                "to" => operation.Name == "transfer_lease" ? "mallory/vc" : "operator:nobody",
                "scopes" or "paths" => new JsonArray("src/a.txt"),
                "file_path" => "src/a.txt",
                "slot" => "slot1",
                "role" => "reader",
                "via" => "wait",
                "query" => "NOTICE",
                "token" or "capacity" => 1,
                "project" => "https://example.org/o/victims.git",
                _ => "x",
            };
        }
        foreach (var (name, value) in operation.Name switch
        {
            "register_agent" => [("agent", "mallory/vc"), ("host", "elsewhere"), ("path", "/elsewhere")],
            "list_issues" or "list_agents" or "list_leases" or "list_projects" => [("limit", 100)],
            "wait_for_messages" => [("timeout", 0)],
            "show_project" or "show_presence" => [("project", "vc")],
            "show_agent" => [("agent", "mallory/vc")],
            _ => Array.Empty<(string, JsonNode)>(),
        })
        {
            given[name] = value;
        }
        return given;
    }
}
