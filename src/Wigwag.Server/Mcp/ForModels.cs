using System.Text.Json.Nodes;

namespace Wigwag.Server.Mcp;

/// <summary>Answers as a model may be shown them.</summary>
internal static class ForModels
{
    public static JsonNode Enclose(JsonNode answer) => answer;
}
