using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Wigwag.Core.Operations;

namespace Wigwag.Server.Mcp;

/// <summary>Proposals for what a person is typing into an argument of a prompt or of a resource's address.</summary>
internal sealed class Completions(Dispatcher dispatcher)
{
    // MCP's own limit for one answer.
    private const int Most = 100;

    // How far it looks: a person goes on typing rather than waiting.
    private const int Pages = 10;

    // Where the values of an argument come from: an operation, the list in its answer, the property of each.
    private static readonly Dictionary<string, (string Operation, string List, string Property)[]> Sources = new()
    {
        ["project"] = [("list_projects", "projects", "project")],
        ["issue"] = [("list_issues", "issues", "issue_id")],
        ["to"] = [("list_agents", "agents", "agent"), ("list_projects", "projects", "name")],
    };

    private readonly Dictionary<string, (Operation Operation, RequestReader Reader)> _operations = Catalog.Operations
        .Where(operation => Sources.Values.SelectMany(sources => sources).Any(source => source.Operation == operation.Name))
        .ToDictionary(operation => operation.Name, operation => (operation, new RequestReader(operation)));

    public async ValueTask<CompleteResult> Complete(RequestContext<CompleteRequestParams> request, CancellationToken cancel)
    {
        var caller = McpCall.Of(request).Caller;
        var typed = request.Params.Argument.Value;
        var found = new List<string>();
        foreach (var source in Sources.GetValueOrDefault(request.Params.Argument.Name) ?? [])
        {
            found.AddRange((await Values(source, caller, cancel)).Where(value => value.Contains(typed, StringComparison.OrdinalIgnoreCase)));
        }
        // What begins with the typed text, or whose last part does, is meant more likely than what only contains it.
        var ranked = found.Distinct().OrderBy(value => Begins(value, typed) ? 0 : 1).ThenBy(value => value, StringComparer.Ordinal).ToList();
        return new CompleteResult
        {
            Completion = new Completion { Values = [.. ranked.Take(Most)], Total = ranked.Count, HasMore = ranked.Count > Most },
        };
    }

    private static bool Begins(string value, string typed) =>
        value.StartsWith(typed, StringComparison.OrdinalIgnoreCase) || value[(value.LastIndexOf('/') + 1)..].StartsWith(typed, StringComparison.OrdinalIgnoreCase);

    private async ValueTask<List<string>> Values((string Operation, string List, string Property) source, Caller caller, CancellationToken cancel)
    {
        var values = new List<string>();
        if (!_operations.TryGetValue(source.Operation, out var known))
        {
            return values;
        }
        string? cursor = null;
        for (var page = 0; page < Pages; page++)
        {
            var asked = new JsonObject { ["limit"] = Most, ["cursor"] = cursor };
            if (!known.Reader.Read(JsonSerializer.SerializeToUtf8Bytes(asked, McpJson.Default.JsonObject)).Try(out var read, out _)
                || !(await dispatcher.Run(known.Operation, read, caller, null, cancel)).Try(out var answer, out _))
            {
                break;
            }
            var json = JsonSerializer.SerializeToNode(answer, known.Operation.AnswerType)!;
            values.AddRange((json[source.List] as JsonArray ?? []).Select(item => item?[source.Property]?.GetValue<string>()).OfType<string>());
            cursor = json["next_cursor"]?.GetValue<string>();
            if (cursor is null)
            {
                break;
            }
        }
        return values;
    }
}
