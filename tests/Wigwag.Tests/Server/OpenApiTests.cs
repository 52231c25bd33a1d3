using System.Text.Json.Nodes;
using Wigwag.Core.Operations;

namespace Wigwag.Tests.Server;

public sealed class OpenApiTests(OpenApiTests.Fixture fixture) : IClassFixture<OpenApiTests.Fixture>
{
    public sealed class Fixture : IAsyncLifetime
    {
        public JsonObject Document { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await using var server = await RunningServer.Start();
            using var nobody = server.Client(null);
            Document = await RunningServer.Ok(await nobody.Get("/openapi.json"));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private JsonObject Document => fixture.Document;

    [Fact]
    public void It_is_an_openapi_3_1_document() => Assert.StartsWith("3.1.", Document["openapi"]!.GetValue<string>(), StringComparison.Ordinal);

    [Fact]
    public void Every_operation_of_the_catalog_has_its_entry_with_everything_a_client_needs()
    {
        foreach (var operation in Catalog.Operations)
        {
            var (method, path) = (operation.Http.Split(' ')[0].ToLowerInvariant(), operation.Http.Split(' ')[1]);
            var entry = Document["paths"]![path]?[method];
            Assert.True(entry is not null, operation.Http);
            Assert.Equal(operation.Name, entry["operationId"]!.GetValue<string>());
            Assert.NotNull(entry["summary"]);
            Assert.NotNull(entry["responses"]![operation.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            Assert.NotNull(entry["responses"]!["default"]);
            var named = Parameters(entry, "path").Concat(Parameters(entry, "query")).Concat(BodyProperties(entry)).Order().ToList();
            Assert.Equal(operation.RequestType.Properties.Select(property => property.Name).Order(), named);
            Assert.Equal(path.Split('/').Where(segment => segment.StartsWith('{')).Select(segment => segment.Trim('{', '}')).Order(), Parameters(entry, "path").Order());
        }
    }

    private static IEnumerable<string> Parameters(JsonNode entry, string place) =>
        entry["parameters"]!.AsArray().Where(parameter => parameter!["in"]?.GetValue<string>() == place).Select(parameter => parameter!["name"]!.GetValue<string>());

    private IEnumerable<string> BodyProperties(JsonNode entry) =>
        entry["requestBody"]?["content"]?["application/json"]?["schema"]?["$ref"]?.GetValue<string>() is { } reference
            ? Find(reference)!["properties"]?.AsObject().Select(property => property.Key) ?? []
            : [];

    [Fact]
    public void Operation_ids_are_unique()
    {
        var ids = All(Document["paths"]!).Select(node => node["operationId"]).OfType<JsonNode>().Select(id => id.GetValue<string>()).ToList();
        Assert.Equal(ids.Distinct().Count(), ids.Count);
    }

    [Fact]
    public void Every_reference_leads_somewhere() =>
        Assert.All(
            All(Document).Select(node => node["$ref"]).OfType<JsonNode>().Select(reference => reference.GetValue<string>()),
            reference => Assert.True(Find(reference) is not null, reference));

    [Fact]
    public void Every_property_of_a_request_says_what_it_is()
    {
        foreach (var operation in Catalog.Operations)
        {
            Assert.All(operation.RequestType.Properties, property => Assert.True(Schemas.Description(property) is not null, $"{operation.Name}.{property.Name}"));
        }
    }

    [Fact]
    public void Only_health_goes_without_a_key()
    {
        var open = Document["paths"]!.AsObject()
            .Where(path => path.Value!.AsObject().Any(method => method.Value!["security"] is JsonArray { Count: 0 }))
            .Select(path => path.Key);
        Assert.Equal(["/healthz", "/readyz"], open.Order());
    }

    private JsonNode? Find(string reference) =>
        reference.Split('/').Skip(1).Aggregate((JsonNode?)Document, (node, part) => node is JsonArray array ? array[int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)] : node?[Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)]);

    private static IEnumerable<JsonObject> All(JsonNode? node) => node switch
    {
        JsonObject obj => obj.SelectMany(pair => All(pair.Value)).Prepend(obj),
        JsonArray array => array.SelectMany(All),
        _ => [],
    };
}
