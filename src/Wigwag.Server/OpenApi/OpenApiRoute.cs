using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wigwag.Core.Text;
using Wigwag.Server.Access;
using Wigwag.Server.Http;

namespace Wigwag.Server.OpenApi;

/// <summary>Serves the description of the HTTP face to anyone who may reach the server: it says what every Wigwag has.</summary>
internal static class OpenApiRoute
{
    private static readonly Lazy<ReadOnlyMemory<byte>> Document = new(() =>
        ReadableJson.Write(OpenApiDocument.Build(typeof(OpenApiRoute).Assembly.GetName().Version?.ToString(3) ?? "0")));

    public static void MapOpenApi(this IEndpointRouteBuilder routes) => routes.MapMethods("/openapi.json", [HttpMethods.Get, HttpMethods.Head], context =>
        context.Answer(Document.Value)).WithMetadata(AnonymousEndpoint.Mark);
}
