using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// What Kestrel itself costs, for the figures of the server to stand beside: it reads JSON and gives it back, gives a page of so many
// bytes, and passes what it is told on to everybody who reads its stream. It keeps nothing.
var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.Services.AddRoutingCore();
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(new IPEndPoint(IPAddress.Loopback, 0)));
await using var app = builder.Build();
var readers = new ConcurrentDictionary<Channel<byte[]>, bool>();
app.UseRouting();

app.MapMethods("/echo", ["POST"], async context =>
{
    var body = await Body(context);
    JsonDocument.Parse(body).Dispose();
    await Answer(context, body);
});

app.MapMethods("/page", ["GET"], context =>
    Answer(context, new byte[int.Parse(context.Request.Query["bytes"].ToString(), System.Globalization.CultureInfo.InvariantCulture)]));

app.MapMethods("/tell", ["POST"], async context =>
{
    var body = await Body(context);
    var frame = Encoding.UTF8.GetBytes($"data: {Encoding.UTF8.GetString(body)}\n\n");
    foreach (var reader in readers.Keys)
    {
        reader.Writer.TryWrite(frame);
    }
    await Answer(context, body);
});

app.MapMethods("/events", ["GET"], async context =>
{
    context.Response.ContentType = "text/event-stream";
    var facts = Channel.CreateUnbounded<byte[]>();
    readers[facts] = true;
    await context.Response.Body.FlushAsync();
    try
    {
        await foreach (var frame in facts.Reader.ReadAllAsync(context.RequestAborted))
        {
            await context.Response.Body.WriteAsync(frame, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
    catch (OperationCanceledException)
    {
        // The reader went away.
    }
    readers.TryRemove(facts, out _);
});

await app.StartAsync();
Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
await app.WaitForShutdownAsync();

static async Task<byte[]> Body(HttpContext context)
{
    using var body = new MemoryStream((int)(context.Request.ContentLength ?? 0));
    await context.Request.Body.CopyToAsync(body);
    return body.ToArray();
}

static Task Answer(HttpContext context, byte[] body)
{
    context.Response.ContentType = "application/json";
    context.Response.ContentLength = body.Length;
    return context.Response.Body.WriteAsync(body).AsTask();
}
