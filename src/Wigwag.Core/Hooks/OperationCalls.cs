using System.Text.Json;
using System.Text.Json.Nodes;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Hooks;

/// <summary>Runs operations of the catalog by name for whoever called the hook, as any face does: the same checks, the same answers.</summary>
internal sealed class OperationCalls(Dispatcher dispatcher)
{
    private static readonly Dictionary<string, (Operation Operation, RequestReader Reader)> Known =
        Catalog.Operations.ToDictionary(operation => operation.Name, operation => (operation, new RequestReader(operation)));

    /// <summary>The answer as JSON, or the refusal.</summary>
    public async ValueTask<Result<JsonObject>> Ask(Caller caller, string name, JsonObject request, CancellationToken cancel)
    {
        if (!Known.TryGetValue(name, out var known))
        {
            return Error.NotFound("unknown_operation", $"There is no operation {name}.", "Bring program and server to the same version.");
        }
        if (!known.Reader.Read(JsonSerializer.SerializeToUtf8Bytes(request, HooksJson.Default.JsonObject)).Try(out var read, out var error)
            || !(await dispatcher.Run(known.Operation, read, caller, idempotencyKey: null, cancel)).Try(out var answer, out error))
        {
            return error;
        }
        return JsonSerializer.SerializeToNode(answer, known.Operation.AnswerType)!.AsObject();
    }
}
