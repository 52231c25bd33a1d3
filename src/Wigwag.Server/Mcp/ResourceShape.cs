using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;

namespace Wigwag.Server.Mcp;

/// <summary>A kind of resource: a view on answers of operations, under an address of its own.</summary>
internal sealed record ResourceShape
{
    /// <summary>What comes before the name in the address: <c>wigwag://inbox/</c>; the whole address when there is no name.</summary>
    public required string Prefix { get; init; }

    /// <summary>The name in the template, <c>{+project}</c>; null for a resource that there is one of.</summary>
    public string? Variable { get; init; }

    public required string Name { get; init; }

    public required string Title { get; init; }

    /// <summary>Written for a model.</summary>
    public required string Description { get; init; }

    /// <summary>The operations that give it: under which name, which one, and its request for the name in the address.</summary>
    public required IReadOnlyList<(string Name, string Operation, Func<string, JsonObject> Request)> Parts { get; init; }

    /// <summary>Whether an event may have changed it for this caller.</summary>
    public required Func<Event, string, Caller, bool> Concerns { get; init; }

    public string Template => $"{Prefix}{Variable}";

    /// <summary>Every kind of resource.</summary>
    public static IReadOnlyList<ResourceShape> All { get; } =
    [
        new()
        {
            Prefix = "wigwag://inbox/",
            Variable = "{+project}",
            Name = "inbox",
            Title = "Inbox",
            Description = "The messages that wait for you in a project, newest first. Subscribe to be told when one arrives.",
            Parts = [("inbox", "check_inbox", name => new JsonObject { ["project"] = name })],
            Concerns = (e, name, caller) => IsKind(e, "message") && (IsIn(e, name) || e.Concerns(caller) || IsTo(e, name)),
        },
        new()
        {
            Prefix = "wigwag://thread/",
            Variable = "{+thread}",
            Name = "thread",
            Title = "Thread",
            Description = "A conversation from its beginning, by thread id, for example issue:vc-a3f8.",
            Parts = [("thread", "get_thread", name => new JsonObject { ["thread_id"] = name })],
            Concerns = (e, name, _) => IsKind(e, "message") && Says(e, "thread_id", name),
        },
        new()
        {
            Prefix = "wigwag://issue/",
            Variable = "{issue}",
            Name = "issue",
            Title = "Issue",
            Description = "An issue: what it says, where it stands, who holds it.",
            Parts = [("issue", "show_issue", name => new JsonObject { ["issue_id"] = name })],
            Concerns = (e, name, _) => e.Subject == name || Says(e, "issue_id", name) || Says(e, "depends_on", name),
        },
        new()
        {
            Prefix = "wigwag://agents/",
            Variable = "{+project}",
            Name = "agents",
            Title = "Agents",
            Description = "Who works in a project, and who of them is online.",
            Parts = [("agents", "list_agents", name => new JsonObject { ["project"] = name })],
            Concerns = (e, name, _) => IsKind(e, "agent") && IsIn(e, name),
        },
        new()
        {
            Prefix = "work://pending",
            Name = "pending",
            Title = "Pending work",
            Description = "What you could do now: the messages that wait for you, and the issues of your project that nothing blocks.",
            Parts = [("inbox", "check_inbox", _ => new JsonObject { ["unread"] = true }), ("ready", "list_ready_issues", _ => [])],
            Concerns = (e, _, caller) => (IsKind(e, "message") || IsKind(e, "issue")) && (e.Project == caller.Project || e.Concerns(caller)),
        },
        new()
        {
            Prefix = "locks://current",
            Name = "locks",
            Title = "Locks",
            Description = "What is locked or reserved in your project now: by whom, why and until when.",
            Parts = [("locks", "check_locks", _ => [])],
            Concerns = (e, _, caller) => IsKind(e, "lease") && (e.Project == caller.Project || e.Concerns(caller)),
        },
    ];

    /// <summary>The kind that an address belongs to, and the name in it; a name may be percent-encoded.</summary>
    public static bool TryFind(string uri, [NotNullWhen(true)] out ResourceShape? shape, out string name)
    {
        foreach (var known in All)
        {
            if (known.Variable is null ? uri == known.Prefix : uri.StartsWith(known.Prefix, StringComparison.Ordinal) && uri.Length > known.Prefix.Length)
            {
                (shape, name) = (known, Uri.UnescapeDataString(uri[known.Prefix.Length..]));
                return true;
            }
        }
        (shape, name) = (null, "");
        return false;
    }

    private static bool IsKind(Event e, string noun) => e.Kind.StartsWith(noun, StringComparison.Ordinal) && e.Kind.Length > noun.Length && e.Kind[noun.Length] == '.';

    // A project may be named in several ways; all of them end with its short name.
    private static bool IsIn(Event e, string name) => IsNamed(e.Project.Value, name);

    private static bool IsNamed(string project, string name) => project[(project.LastIndexOf('/') + 1)..].Equals(ShortName(name), StringComparison.OrdinalIgnoreCase);

    private static string ShortName(string name) =>
        name.TrimEnd('/') is var trimmed && trimmed[(trimmed.LastIndexOfAny(['/', ':']) + 1)..] is var last && last.EndsWith(".git", StringComparison.OrdinalIgnoreCase) ? last[..^4] : last;

    // A message for a project is kept with its thread, which may be another project's.
    private static bool IsTo(Event e, string name) =>
        e.Fact.ValueKind == JsonValueKind.Object && e.Fact.TryGetProperty("to", out var to) && to.ValueKind == JsonValueKind.Array
        && to.EnumerateArray().Any(recipient => recipient.ValueKind == JsonValueKind.String && IsNamed(recipient.GetString()!, name));

    private static bool Says(Event e, string property, string value) =>
        e.Fact.ValueKind == JsonValueKind.Object && e.Fact.TryGetProperty(property, out var said)
        && said.ValueKind == JsonValueKind.String && said.ValueEquals(value);
}
