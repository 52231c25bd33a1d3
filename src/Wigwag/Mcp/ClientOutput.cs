using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using Wigwag.Program.Views;

namespace Wigwag.Program.Mcp;

/// <summary>Standard output as MCP has it: one message a line, and nothing else ever.</summary>
internal sealed class ClientOutput(Stream output) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Fails when what the client reads cannot be written any more; until then it does not end.</summary>
    public Task Broken => _broken.Task;

    public void Dispose() => _turn.Dispose();

    /// <summary>Passes a message on; line breaks between its tokens, which JSON allows, are taken out.</summary>
    public Task Write(string json, CancellationToken cancel) =>
        json.Contains('\n', StringComparison.Ordinal) ? Write(JsonNode.Parse(json)!.ToJsonString(), cancel) : Line(json, cancel);

    public Task Error(string? id, int code, string message, JsonNode? data, CancellationToken cancel)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = message };
        if (data is not null)
        {
            error["data"] = data;
        }
        return Line(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id is null ? null : JsonNode.Parse(id), ["error"] = error }.ToJsonString(), cancel);
    }

    /// <summary>Tells the client that a resource may have changed.</summary>
    /// <param name="uri">Which.</param>
    /// <param name="subscription">The id of the request that listens, where there is one.</param>
    /// <param name="cancel">Gives up.</param>
    public Task Updated(string uri, string? subscription, CancellationToken cancel)
    {
        var parameters = new JsonObject { ["uri"] = uri };
        if (subscription is not null)
        {
            parameters["_meta"] = new JsonObject { [MetaKeys.SubscriptionId] = JsonNode.Parse(subscription) };
        }
        return Line(
            new JsonObject { ["jsonrpc"] = "2.0", ["method"] = NotificationMethods.ResourceUpdatedNotification, ["params"] = parameters }.ToJsonString(), cancel);
    }

    /// <summary>Tells the client something of its own, outside MCP's notifications.</summary>
    public Task Notify(string method, JsonObject parameters, CancellationToken cancel) =>
        Line(new JsonObject { ["jsonrpc"] = "2.0", ["method"] = method, ["params"] = parameters }.ToJsonString(), cancel);

    private async Task Line(string json, CancellationToken cancel)
    {
        var bytes = Encoding.UTF8.GetBytes(json + "\n");
        await _turn.WaitAsync(cancel);
        try
        {
            await output.WriteAsync(bytes, CancellationToken.None);
            await output.FlushAsync(CancellationToken.None);
        }
        catch (IOException e)
        {
            _broken.TrySetException(new OutputException(e.Message));
        }
        finally
        {
            _turn.Release();
        }
    }
}
