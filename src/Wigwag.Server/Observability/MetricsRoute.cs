using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Wigwag.Server.Observability;

internal static class MetricsRoute
{
    public static void MapMetrics(this IEndpointRouteBuilder routes, PrometheusText metrics) =>
        routes.MapMethods("/metrics", [HttpMethods.Get, HttpMethods.Head], context =>
        {
            var text = Encoding.UTF8.GetBytes(metrics.Write());
            context.Response.ContentType = PrometheusText.MediaType;
            context.Response.ContentLength = text.Length;
            return context.Response.Body.WriteAsync(text, context.RequestAborted).AsTask();
        });
}
