using System.Text;
using System.Text.Json.Nodes;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Security.Access;

/// <summary>
/// Within one project: a key of another operator, of an agent and of a reader, against an operator's agents and keys; and every text of every
/// operation used to claim to be somebody.
/// </summary>
public sealed class OperatorTests : IAsyncLifetime
{
    private const string Claimed = "Grace Hopper <grace@example.org>";

    private RunningServer _server = null!;
    private Holdings _anns = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.Start(options => options with { Limits = options.Limits with { RequestBurst = 1_000_000, RequestsPerSecond = 1_000_000 } });
        _anns = await Populate("ann/vc", "Ann");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Another_operators_agents_and_keys_stay_as_they_are()
    {
        var own = await Populate("bo/vc", "Bo");
        var asked = 0;
        foreach (var (role, client) in await Keys(own))
        {
            foreach (var operation in Catalog.Operations.Where(operation => operation.Effect != Effect.Query && operation.Role <= role))
            {
                foreach (var field in RequestFields.Of(operation))
                {
                    foreach (var kind in RequestFields.Kinds(field, _anns).Where(kind => kind is "agent" or "key" or "lease" or "place"))
                    {
                        var before = await State();
                        using var response = await client.SendAsync(RequestFields.Message(operation, RequestFields.Fill(operation, field, _anns[kind], own)), TestContext.Current.CancellationToken);
                        asked++;
                        Assert.True(before == await State(), $"{operation.Name} by {role} with {field.Name} = {_anns[kind]}: {(int)response.StatusCode} {await response.Text()}\n{before}\n{await State()}");
                    }
                }
            }
        }
        Scale.Tell("Operators:", $"{asked} commands that name another operator's agent, key, lease or workspace: 0 changed any");
    }

    [Fact]
    public async Task Nobody_is_somebody_else_by_saying_so()
    {
        var own = await Populate("bo/vc", "Bo");
        var asked = 0;
        foreach (var (role, client) in (await Keys(own)).Where(key => key.Role < Role.Administrator))
        {
            foreach (var operation in Catalog.Operations.Where(operation => operation.Role <= role))
            {
                foreach (var field in RequestFields.Of(operation).Where(field => field.Type == typeof(string)))
                {
                    using var response = await client.SendAsync(RequestFields.Message(operation, RequestFields.Fill(operation, field, Claimed, own)), TestContext.Current.CancellationToken);
                    asked++;
                }
            }
        }
        string[] tables = ["agents", "messages", "issues", "leases", "events", "keys"];
        foreach (var table in tables)
        {
            var claims = await _server.Store.Read<long>(
                Caller.System,
                async (session, _) => await session.Scalar($"SELECT COUNT(*) FROM {table} WHERE operator = @claimed OR operator LIKE 'Grace%'", ("claimed", Claimed)) ?? 0,
                TestContext.Current.CancellationToken);
            Assert.True(claims.Value == 0, $"{claims.Value} {table} have the operator that a request claimed.");
        }
        Scale.Tell("Operators:", $"{asked} requests with another human's name in each text of each operation: 0 rows in their name");
    }

    /// <summary>Keys that reach the whole project: of another operator, of their agent, of an agent without an operator, of a reader.</summary>
    private async Task<List<(Role Role, HttpClient Client)>> Keys(Holdings own)
    {
        var keys = new List<(Role, HttpClient)>();
        object[] wanted =
        [
            new { name = "operator", role = "operator", @operator = "Bo <ann@example.org>" },
            new { name = "limited", role = "operator", @operator = "Bo <ann@example.org>", projects = new[] { "vc" } },
            new { name = "agent", role = "agent", agent = own["agent"] },
            new { name = "alone", role = "agent", agent = "alone/vc" },
            new { name = "reader", role = "reader" },
        ];
        foreach (var request in wanted)
        {
            var body = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(request))!;
            var (token, _) = await _server.Key(request);
            var role = Enum.Parse<Role>(body["role"]!.GetValue<string>(), ignoreCase: true);
            keys.Add((role, role == Role.Operator ? _server.Client(token, ("Wigwag-Agent", own["agent"])) : _server.Client(token)));
        }
        return keys;
    }

    private async Task<Holdings> Populate(string agent, string human)
    {
        var path = "/src/" + agent;
        await RunningServer.Ok(await _server.Http.Post("/v1/agents", new
        {
            agent,
            project = "github.com/o/vc",
            host = "box",
            path,
            fingerprint = "f1",
            operator_name = human,
            // The same address does not make the same human.
            operator_email = "ann@example.org",
        }));
        using var client = _server.Client(_server.Token, ("Wigwag-Agent", agent));
        var issue = await RunningServer.Ok(await client.Post("/v1/projects/-/issues", new { title = "x" }));
        var message = await RunningServer.Ok(await client.Post("/v1/projects/-/messages", new { to = "vc", subject = "x" }));
        var reserved = await RunningServer.Ok(await client.Post("/v1/projects/-/reservations", new { scopes = new[] { $"src/{agent.Split('/')[0]}/**" }, ttl_seconds = 3600 }));
        var (_, key) = await _server.Key(new { name = "of " + agent, role = "agent", agent });
        return new()
        {
            ["project"] = "github.com/o/vc",
            ["name"] = "vc",
            ["agent"] = agent,
            ["place"] = path,
            ["content"] = new('0', 64),
            ["issue"] = issue["issue_id"]!.GetValue<string>(),
            ["thread"] = "issue:" + issue["issue_id"]!.GetValue<string>(),
            ["message"] = message["message_id"]!.GetValue<string>(),
            ["lease"] = reserved["granted"]![0]!["lease_id"]!.GetValue<string>(),
            ["key"] = key,
        };
    }

    /// <summary>Ann's agent, leases and keys, but for signs of life.</summary>
    private async Task<string> State() => (await _server.Store.Read<string>(Caller.System, async (session, _) =>
    {
        var state = new StringBuilder();
        (string Table, string Columns, string Where)[] rows =
        [
            ("agents", "agent host path binding operator program model role display_name status session workspace_key", "agent = @agent"),
            ("leases", "lease_id holder scope operator", "holder = @agent"),
            ("keys", "key_id name operator agent", "key_id = @key AND revoked_at IS NULL"),
            ("external_projects", "agent name project", "agent = @agent"),
        ];
        foreach (var (table, columns, where) in rows)
        {
            foreach (var row in await session.Query(
                $"SELECT {columns.Replace(' ', ',')} FROM {table} WHERE {where}",
                row => string.Join('|', columns.Split(' ').Select(row.TextOrNull)),
                where.Contains("@agent", StringComparison.Ordinal) ? ("agent", (object?)_anns["agent"]) : ("key", _anns["key"])))
            {
                state.AppendLine(row);
            }
        }
        return state.ToString();
    }, TestContext.Current.CancellationToken)).Value;
}
