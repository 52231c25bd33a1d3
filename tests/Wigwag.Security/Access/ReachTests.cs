using System.Collections;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Keys;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Security.Access;

/// <summary>
/// Every operation of the catalog, by keys of every role that reach one project, against all that there is in another: nothing is
/// told, nothing changes, and what exists there answers as what does not. Operations that are added are in it by themselves.
/// </summary>
public sealed class ReachTests(ReachTests.World world) : IClassFixture<ReachTests.World>
{
    private const string TheirProject = "hushhush";
    private const string NoProject = "phantoms";
    private const string Content = "WHISPER";

    // Names are unique among all projects, so that taking one tells whether it is taken.
    private static readonly HashSet<(string, string)> TellWhetherANameIsTaken = [("rename_project", "name"), ("alias_project", "name")];

    /// <summary>What one project holds, by kind: the text that names it.</summary>
    public sealed class Holdings : Dictionary<string, string>;

    public sealed class World : IAsyncLifetime
    {
        private int _projects, _requests;

        public RunningServer Server { get; private set; } = null!;

        public Holdings Theirs { get; private set; } = null!;

        /// <summary>What is never asked for, so that an answer which holds it tells of it.</summary>
        public Holdings Unasked { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Server = await RunningServer.Start(options => options with { Limits = options.Limits with { RequestBurst = 1_000_000, RequestsPerSecond = 1_000_000 } });
            Unasked = await Populate("quiet/" + TheirProject);
            Theirs = await Populate("main/" + TheirProject);
        }

        public ValueTask DisposeAsync()
        {
            Scale.Tell("Spoofing and reach:", $"{_requests} requests over {Catalog.Operations.Count} operations that name another's agent, project, issue, message, thread or key: 0 told, 0 changed");
            return Server.DisposeAsync();
        }

        public void Count() => Interlocked.Increment(ref _requests);

        /// <summary>A project of one's own with a key of each role that reaches it alone.</summary>
        public async Task<(Holdings Own, List<(Role Role, HttpClient Client)> Intruders)> Intrude()
        {
            var name = $"own{Interlocked.Increment(ref _projects)}";
            var own = await Populate("dave/" + name);
            var intruders = new List<(Role, HttpClient)>();
            foreach (var role in Enum.GetValues<Role>())
            {
                var (token, _) = await Server.Key(new
                {
                    name = "intruder",
                    role = role.ToString().ToLowerInvariant(),
                    agent = role == Role.Agent ? own["agent"] : null,
                    @operator = role == Role.Operator ? "Ann <ann@example.org>" : null,
                    projects = new JsonArray(name),
                });
                intruders.Add((role, role >= Role.Operator ? Server.Client(token, ("Wigwag-Agent", own["agent"])) : Server.Client(token)));
            }
            return (own, intruders);
        }

        /// <summary>An agent with a project, an issue, a message and a key in it.</summary>
        private async Task<Holdings> Populate(string agent)
        {
            var project = agent.Split('/')[1];
            await RunningServer.Ok(await Server.Http.Post(
                "/v1/agents", new { agent, project = "github.com/o/" + project, operator_name = "Ann", operator_email = "ann@example.org", display_name = Content }));
            var holdings = new Holdings
            {
                ["project"] = "github.com/o/" + project,
                ["name"] = project,
                ["agent"] = agent,
                ["everyone"] = "all/" + project,
                ["key"] = (await Server.Key(new { name = Content, role = "reader", projects = new JsonArray(project) })).Id,
            };
            await Renew(holdings);
            return holdings;
        }

        /// <summary>A fresh issue and message, whatever was done to the ones before.</summary>
        public async Task Renew(Holdings holdings)
        {
            using var client = Server.Client(Server.Token, ("Wigwag-Agent", holdings["agent"]));
            var issue = await RunningServer.Ok(await client.Post("/v1/projects/-/issues", new { title = Content, body = Content }));
            holdings["issue"] = issue["issue_id"]!.GetValue<string>();
            holdings["thread"] = "issue:" + holdings["issue"];
            var message = await RunningServer.Ok(await client.Post(
                "/v1/projects/-/messages", new { to = holdings["name"], subject = Content, body = Content, issue = holdings["issue"] }));
            holdings["message"] = message["message_id"]!.GetValue<string>();
        }
    }

    public static TheoryData<string> Operations => new(Catalog.Operations.Select(operation => operation.Name));

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_key_of_one_project_does_nothing_and_learns_nothing_in_another(string name)
    {
        var operation = Catalog.Operations.Single(operation => operation.Name == name);
        var (own, intruders) = await world.Intrude();
        var before = await FactsAboutThem();
        foreach (var property in operation.RequestType.Properties)
        {
            var isName = TellWhetherANameIsTaken.Contains((name, property.Name));
            foreach (var kind in KindsFor(property).Where(kind => !isName || kind is "name" or "project"))
            {
                foreach (var (role, client) in intruders.Where(intruder => intruder.Role >= operation.Role))
                {
                    var (real, phantom) = (world.Theirs[kind], PhantomOf(kind, world.Theirs[kind]));
                    var there = await Ask(client, operation, property, real, own);
                    var nowhere = isName ? there : await Ask(client, operation, property, phantom, own);
                    var what = $"{name} by {role} with {property.Name} = {real}: {(int)there.Status} {there.Body}\nand with {phantom}: {(int)nowhere.Status} {nowhere.Body}";
                    Assert.True(there.Status < HttpStatusCode.InternalServerError && nowhere.Status < HttpStatusCode.InternalServerError, what);
                    Assert.True(
                        there == nowhere || (there.Status == nowhere.Status && AsPhantom(kind, Told(there.Body)) == Told(nowhere.Body)),
                        $"It tells what exists: {what}");
                    foreach (var secret in world.Unasked.Where(held => held.Key is "agent" or "key" or "issue" or "message").Select(held => held.Value))
                    {
                        Assert.False(there.Body.Contains(secret, StringComparison.Ordinal), $"It tells of {secret}: {what}");
                    }
                    Assert.True(before == await FactsAboutThem(), $"It changes something: {what}");
                }
            }
        }
        intruders.ForEach(intruder => intruder.Client.Dispose());
    }

    private static string PhantomOf(string kind, string real) => kind switch
    {
        "message" => "m-0000000000",
        "key" => "k0000000000",
        _ => real.Replace(TheirProject, NoProject, StringComparison.Ordinal),
    };

    private string AsPhantom(string kind, string text) =>
        text.Replace(world.Theirs[kind], PhantomOf(kind, world.Theirs[kind]), StringComparison.Ordinal).Replace(TheirProject, NoProject, StringComparison.Ordinal);

    /// <summary>What a refusal says; what was granted was granted.</summary>
    private static string Told(string body) => JsonNode.Parse(body) is JsonObject problem && problem["kind"] is { } kind && problem["detail"] is { } detail
        ? $"{kind} {problem["code"]} {detail}"
        : "granted";

    /// <summary>What a property may name; a text, or a list, may name anything.</summary>
    private List<string> KindsFor(JsonPropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type == typeof(ProjectId) ? ["project"]
            : type == typeof(AgentId) ? ["agent"]
            : type == typeof(IssueId) ? ["issue"]
            : type == typeof(MessageId) ? ["message"]
            : type == typeof(ThreadId) ? ["thread"]
            : type == typeof(KeyId) ? ["key"]
            : type == typeof(string) || type.IsAssignableTo(typeof(IEnumerable)) ? [.. world.Theirs.Keys]
            : [];
    }

    private async Task<long> FactsAboutThem() => (await world.Server.Store.Read<object>(
        Caller.System,
        async (session, _) => await session.Scalar(
            "SELECT COUNT(*) FROM events WHERE project = @project OR audience LIKE @agent",
            ("project", world.Theirs["project"]),
            ("agent", $"%{world.Theirs["agent"]}%")) ?? 0,
        TestContext.Current.CancellationToken)).Value is long count ? count : -1;

    /// <summary>Sends a request in which one property names the target and the required others what is one's own.</summary>
    private async Task<(HttpStatusCode Status, string Body)> Ask(HttpClient client, Operation operation, JsonPropertyInfo property, string target, Holdings own)
    {
        if (operation.Effect != Effect.Query)
        {
            await world.Renew(own);
        }
        var values = new Dictionary<string, JsonNode>();
        foreach (var other in operation.RequestType.Properties.Where(other => other.IsRequired || operation.Http.Contains($"{{{other.Name}}}", StringComparison.Ordinal)))
        {
            values[other.Name] = Filling(other, own);
        }
        values[property.Name] = property.PropertyType != typeof(string) && property.PropertyType.IsAssignableTo(typeof(IEnumerable)) ? new JsonArray(target) : target;
        // What waits answers at once.
        if (operation.RequestType.Properties.FirstOrDefault(other => other.Name is "timeout_seconds" or "timeout" or "seconds") is { } patience)
        {
            values[patience.Name] = 0;
        }
        world.Count();
        using var response = await client.SendAsync(Message(operation, values), TestContext.Current.CancellationToken);
        var body = await response.Text();
        return (response.StatusCode, body.Replace(own["issue"], "ours", StringComparison.Ordinal).Replace(own["message"], "ours", StringComparison.Ordinal));
    }

    private static JsonNode Filling(JsonPropertyInfo property, Holdings own)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type == typeof(ProjectId) ? own["project"]
            : type == typeof(AgentId) ? own["agent"]
            : type == typeof(IssueId) ? own["issue"]
            : type == typeof(MessageId) ? own["message"]
            : type == typeof(ThreadId) ? own["thread"]
            : type == typeof(KeyId) ? own["key"]
            : property.Name switch
            {
                "project" => own["project"],
                "agent" or "to" => own["agent"],
                _ => Schemas.Example(property)!,
            };
    }

    private static HttpRequestMessage Message(Operation operation, Dictionary<string, JsonNode> values)
    {
        var (method, pattern) = (operation.Http.Split(' ')[0], operation.Http.Split(' ')[1]);
        var path = string.Join('/', pattern.Split('/').Select(segment =>
            segment.StartsWith('{') && values.Remove(segment.Trim('{', '}'), out var value) ? Uri.EscapeDataString(Text(value)) : segment));
        return method is "GET" or "DELETE"
            ? new(new HttpMethod(method), path + "?" + string.Join('&', values.Select(pair => $"{pair.Key}={Uri.EscapeDataString(Text(pair.Value))}")))
            : new(new HttpMethod(method), path)
            {
                Content = new StringContent(
                    new JsonObject(values.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))).ToJsonString(), Encoding.UTF8, "application/json"),
            };
    }

    private static string Text(JsonNode value) => value switch
    {
        JsonArray items => string.Join(',', items.Select(item => Text(item!))),
        _ when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => value.ToJsonString(),
    };
}
