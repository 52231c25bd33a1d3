using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Security.Access;

/// <summary>What one project holds, by kind: the text that names it.</summary>
public sealed class Holdings : Dictionary<string, string>;

/// <summary>A caller who has no business in the project of others.</summary>
/// <param name="Name">Which key.</param>
/// <param name="Role">Its role.</param>
/// <param name="Client">Sends it.</param>
public sealed record Intruder(string Name, Role Role, HttpClient Client) : IDisposable
{
    public void Dispose() => Client.Dispose();
}

/// <summary>A server with a project that nobody but the administrator reaches, with one thing of every kind in it.</summary>
public sealed class ReachWorld : IAsyncLifetime
{
    public const string TheirProject = "hushhush";
    public const string NoProject = "phantoms";
    public const string Content = "WHISPER";

    private static readonly string[] AgentColumns =
        ["agent", "host", "path", "binding", "operator", "program", "display_name", "status", "session", "workspace_key"];

    private static readonly string[] Secrets = ["agent", "key", "issue", "message", "lease"];

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
        Scale.Tell("Spoofing and reach:", $"{_requests} requests over {Catalog.Operations.Count} operations and every other route that name another's {string.Join(", ", Theirs.Keys)}: 0 told, 0 changed");
        return Server.DisposeAsync();
    }

    public void Count() => Interlocked.Increment(ref _requests);

    /// <summary>A project of one's own with a key of each role that reaches it alone.</summary>
    public async Task<(Holdings Own, List<Intruder> Intruders)> Intrude()
    {
        var name = $"own{Interlocked.Increment(ref _projects)}";
        var own = await Populate("dave/" + name);
        var intruders = new List<Intruder>();
        foreach (var role in Enum.GetValues<Role>())
        {
            var (token, _) = await Server.Key(new
            {
                name = "intruder",
                role = role.ToString().ToLowerInvariant(),
                agent = role == Role.Agent ? own["agent"] : null,
                // The same human as theirs: a key reaches no further than its projects, whosever it is.
                @operator = role == Role.Operator ? "Ann <ann@example.org>" : null,
                projects = new JsonArray(name),
            });
            intruders.Add(new(role.ToString(), role, role >= Role.Operator ? Server.Client(token, ("Wigwag-Agent", own["agent"])) : Server.Client(token)));
        }
        return (own, intruders);
    }

    /// <summary>An agent with one of everything.</summary>
    private async Task<Holdings> Populate(string agent)
    {
        var project = agent.Split('/')[1];
        var path = $"/src/{agent}";
        await RunningServer.Ok(await Server.Http.Post("/v1/agents", new
        {
            agent,
            project = "github.com/o/" + project,
            host = "box",
            path,
            fingerprint = "f1",
            operator_name = "Ann",
            operator_email = "ann@example.org",
            display_name = Content,
        }));
        var holdings = new Holdings
        {
            ["project"] = "github.com/o/" + project,
            ["name"] = project,
            ["agent"] = agent,
            ["everyone"] = "all/" + project,
            ["place"] = path,
            ["content"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Content + agent))),
            ["key"] = (await Server.Key(new { name = Content, role = "reader", projects = new JsonArray(project) })).Id,
        };
        await Renew(holdings);
        return holdings;
    }

    /// <summary>A fresh issue, message with a file, and lease, whatever was done to the ones before.</summary>
    public async Task Renew(Holdings holdings)
    {
        using var client = Server.Client(Server.Token, ("Wigwag-Agent", holdings["agent"]));
        var issue = await RunningServer.Ok(await client.Post("/v1/projects/-/issues", new { title = Content, body = Content }));
        holdings["issue"] = issue["issue_id"]!.GetValue<string>();
        holdings["thread"] = "issue:" + holdings["issue"];
        var message = await RunningServer.Ok(await client.Post("/v1/projects/-/messages", new
        {
            to = holdings["name"],
            subject = Content,
            body = Content,
            issue = holdings["issue"],
            attachments = new[] { new { name = "file.txt", text = Content + holdings["agent"] } },
        }));
        holdings["message"] = message["message_id"]!.GetValue<string>();
        var reserved = await RunningServer.Ok(await client.Post("/v1/projects/-/reservations", new { scopes = new[] { $"{Content}/{holdings["agent"].Split('/')[0]}/**" } }));
        holdings["lease"] = reserved["granted"]![0]!["lease_id"]!.GetValue<string>();
    }

    /// <summary>What nothing has that is called like this thing of theirs.</summary>
    public static string PhantomOf(string kind, string real) => kind switch
    {
        "message" => "m-0000000000",
        "lease" => "r-0000000000",
        "key" => "k0000000000",
        "content" => new('0', 64),
        _ => real.Replace(TheirProject, NoProject, StringComparison.Ordinal),
    };

    /// <summary>An answer about their thing, as it would be of the phantom.</summary>
    public string AsPhantom(string kind, string text) =>
        text.Replace(Theirs[kind], PhantomOf(kind, Theirs[kind]), StringComparison.Ordinal).Replace(TheirProject, NoProject, StringComparison.Ordinal);

    /// <summary>The first thing of theirs that a text holds though nobody asked for it, or null.</summary>
    public string? Told(string text) => Secrets.Select(kind => Unasked[kind]).Append(Content + "/quiet").FirstOrDefault(secret => text.Contains(secret, StringComparison.Ordinal));

    /// <summary>Everything about their project, its agents and keys, as text.</summary>
    public async Task<string> State()
    {
        (string, object?)[] them = [("project", Theirs["project"]), ("like", $"%/{TheirProject}%"), ("key", Theirs["key"]), ("other", Unasked["key"])];
        string[] counts =
        [
            "SELECT COUNT(*) FROM events WHERE project = @project OR audience LIKE @like",
            "SELECT COUNT(*) FROM messages WHERE project = @project",
            "SELECT COUNT(*) FROM deliveries WHERE project = @project AND state = 'unread'",
            "SELECT COUNT(*) FROM leases WHERE project = @project",
            "SELECT COUNT(*) FROM project_names WHERE project = @project",
            "SELECT COUNT(*) FROM external_projects WHERE agent LIKE @like",
            "SELECT COUNT(*) FROM attachments WHERE project = @project",
            "SELECT COUNT(*) FROM keys WHERE key_id IN (@key, @other) AND revoked_at IS NULL",
        ];
        return (await Server.Store.Read<string>(Caller.System, async (session, _) =>
        {
            var state = new StringBuilder();
            foreach (var count in counts)
            {
                state.Append(await session.Scalar(count, [.. them.Where(value => count.Contains("@" + value.Item1, StringComparison.Ordinal))])).Append(' ');
            }
            foreach (var agent in await session.Query(
                "SELECT * FROM agents WHERE project = @project ORDER BY agent",
                row => string.Join('|', AgentColumns.Select(row.TextOrNull)),
                ("project", Theirs["project"])))
            {
                state.AppendLine(agent);
            }
            return state.ToString();
        }, TestContext.Current.CancellationToken)).Value;
    }
}
