using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Wigwag.Tests.Server;

/// <summary>HTTP calls that end with the test.</summary>
internal static class Calls
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Task<HttpResponseMessage> Get(this HttpClient client, string path) => client.GetAsync(path, Cancel);

    public static Task<HttpResponseMessage> Delete(this HttpClient client, string path) => client.DeleteAsync(path, Cancel);

    public static Task<HttpResponseMessage> Post(this HttpClient client, string path, object body) =>
        body is HttpContent content ? client.PostAsync(path, content, Cancel) : client.PostAsJsonAsync(path, body, Cancel);

    public static Task<HttpResponseMessage> Put(this HttpClient client, string path, HttpContent body) => client.PutAsync(path, body, Cancel);

    public static Task<HttpResponseMessage> Send(this HttpClient client, HttpMethod method, string path, HttpContent? body = null) =>
        client.SendAsync(new HttpRequestMessage(method, path) { Content = body }, HttpCompletionOption.ResponseHeadersRead, Cancel);

    public static Task<string> Text(this HttpResponseMessage response) => response.Content.ReadAsStringAsync(Cancel);

    public static async Task<JsonObject> Json(this HttpResponseMessage response) => JsonNode.Parse(await response.Text())!.AsObject();
}
