using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Wigwag.Core.Operations;

namespace Wigwag.Tests.Operations;

/// <summary>A request of any operation that is well formed, so that it gets as far as the store: an operation that is added has one by itself, or its test says so.</summary>
internal static class SampleRequests
{
    private static readonly Dictionary<string, string> Samples = new()
    {
        ["project"] = "\"vc\"",
        ["name"] = "\"sample\"",
        ["agent"] = "\"dave/vc\"",
        ["to"] = "\"fred/vc\"",
        ["issue_id"] = "\"vc-aaaa\"",
        ["depends_on"] = "\"vc-bbbb\"",
        ["message_id"] = "\"m-0000000000\"",
        ["message_ids"] = "[\"m-0000000000\"]",
        ["thread_id"] = "\"issue:vc-aaaa\"",
        ["lease_id"] = "\"r-0000000000\"",
        ["key_id"] = "\"k0000000000\"",
        ["slot"] = "\"gpu\"",
        ["capacity"] = "2",
        ["token"] = "1",
        ["role"] = "\"reader\"",
        ["status"] = "\"working\"",
        ["paths"] = "[\"src/a.cs\"]",
        ["scopes"] = "[\"src/b.cs\"]",
        ["file_path"] = "\"src/c.cs\"",
        ["wait_seconds"] = "0",
        ["timeout_seconds"] = "0",
        ["cwd"] = "\"/src/dave/vc\"",
    };

    public static object Of(Operation operation)
    {
        var json = new JsonObject();
        foreach (var property in operation.RequestType.Properties.Where(property => property.IsRequired || property.Name is "timeout_seconds"))
        {
            json[property.Name] = JsonNode.Parse(Samples.TryGetValue(property.Name, out var sample) ? sample : Plain(property));
        }
        // What is left out would be refused before anything is read.
        switch (operation.Name)
        {
            case "register_agent":
                (json["agent"], json["project"]) = ("new/vc", "vc");
                break;
            case "update_issue":
                json["title"] = "Sample";
                break;
            case "set_project_policy":
                json["path_case"] = "insensitive";
                break;
        }
        return JsonSerializer.Deserialize(json.ToJsonString(), operation.RequestType)!;
    }

    private static string Plain(JsonPropertyInfo property) =>
        property.PropertyType == typeof(string) ? "\"sample\""
        : property.PropertyType == typeof(bool) ? "true"
        : property.PropertyType.IsEnum || Nullable.GetUnderlyingType(property.PropertyType)?.IsEnum == true ? "0"
        : typeof(System.Collections.IEnumerable).IsAssignableFrom(property.PropertyType) ? "[\"sample\"]"
        : "1";
}
