using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wigwag.Server.Http;

namespace Wigwag.Server.Observability;

internal static class MetricsRoute
{
    public static void MapMetrics(this IEndpointRouteBuilder routes, PrometheusText metrics) =>
        routes.MapMethods("/metrics", [HttpMethods.Get, HttpMethods.Head], context =>
            context.Answer(Encoding.UTF8.GetBytes(metrics.Write()), PrometheusText.MediaType));
}
