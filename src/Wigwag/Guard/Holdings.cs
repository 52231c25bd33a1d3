using System.Globalization;
using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Program.Cli;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Guard;

/// <summary>A reservation of another agent over some of the paths that were asked about.</summary>
internal sealed record Holding
{
    public required string Scope { get; init; }

    public required string Holder { get; init; }

    public string? Operator { get; init; }

    public string? Issue { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What the server says can be done, one sentence.</summary>
    public string? Next { get; init; }

    /// <summary>Those of the paths that lie under it.</summary>
    public List<string> Paths { get; } = [];
}

/// <summary>A server answered, and could not say who holds what: it is overloaded, or was asked something that it does not take.</summary>
internal sealed class CheckFailedException(Error error) : Exception($"{error.Message} {error.Next}".TrimEnd());

/// <summary>Asks the server who else holds paths.</summary>
internal static class Holdings
{
    private const int PathsAtOnce = 2000;

    /// <summary>The exclusive reservations of others over these paths.</summary>
    /// <exception cref="UnreachableException">No server answered, or not in time.</exception>
    /// <exception cref="CheckFailedException">One answered, and could not say.</exception>
    /// <exception cref="Refusal">It does not know who asks, or does not let it.</exception>
    public static List<Holding> Over(IReadOnlyList<ChangedPath> paths, Delivery delivery, TimeSpan patience)
    {
        var found = new Dictionary<string, Holding>();
        foreach (var some in paths.Chunk(PathsAtOnce))
        {
            var body = $"{{\"paths\":[{Texts(some, arePatterns: false)}],\"patterns\":[{Texts(some, arePatterns: true)}]}}";
            var reply = delivery.Send(new() { Method = "POST", Target = "/v1/projects/-/check", Body = Encoding.UTF8.GetBytes(body), Patience = patience });
            if (!reply.IsSuccess)
            {
                var error = Problems.Read(reply, delivery.Server.Name);
                throw error.Kind is ErrorKind.Unavailable or ErrorKind.RateLimited or ErrorKind.TooLarge || error.Code is "bad_path" or "bad_scope" or "bad_scopes"
                    ? new CheckFailedException(error)
                    : new Refusal(error);
            }
            foreach (var held in Json.Parse(reply.Body)["held"]?.Items ?? [])
            {
                if (held.TextOf("mode") == "exclusive" && held.TextOf("lease_id") is { } lease)
                {
                    if (!found.TryGetValue(lease, out var holding))
                    {
                        found[lease] = holding = Read(held);
                    }
                    holding.Paths.Add(held.TextOf("path") ?? holding.Scope);
                }
            }
        }
        return [.. found.Values];
    }

    private static string Texts(ChangedPath[] paths, bool arePatterns) =>
        string.Join(',', paths.Where(path => path.IsPattern == arePatterns).Select(path => Json.Quote(path.Text)));

    /// <summary>The refusal that a fencing token which is no longer the latest gets; null for a live one.</summary>
    public static Error? Stale(string token, Delivery delivery, TimeSpan patience)
    {
        var reply = delivery.Send(new() { Method = "GET", Target = $"/v1/projects/-/leases/{Percent.Encode(token)}", Patience = patience });
        return reply.IsSuccess ? null : Problems.Read(reply, delivery.Server.Name);
    }

    private static Holding Read(Json held) => new()
    {
        Scope = held.TextOf("scope") ?? "",
        Holder = held.TextOf("holder") ?? "another agent",
        Operator = held.TextOf("operator"),
        Issue = held.TextOf("issue_id"),
        Reason = held.TextOf("reason"),
        Since = Time(held.TextOf("since")),
        ExpiresAt = Time(held.TextOf("expires_at")),
        Next = held.TextOf("next"),
    };

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
