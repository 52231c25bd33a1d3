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

/// <summary>Asks the server who else holds paths.</summary>
internal static class Holdings
{
    private const int PathsAtOnce = 2000;

    /// <summary>The exclusive reservations of others over these paths.</summary>
    /// <exception cref="UnreachableException">No server answered.</exception>
    /// <exception cref="Refusal">It refused.</exception>
    public static List<Holding> Over(IReadOnlyList<string> paths, Delivery delivery, TimeSpan patience)
    {
        var found = new Dictionary<string, Holding>();
        // A name with a line's end in it is nothing that anybody could have reserved.
        foreach (var some in paths.Where(path => !path.Any(char.IsControl)).Chunk(PathsAtOnce))
        {
            var body = $"{{\"paths\":[{string.Join(',', some.Select(Json.Quote))}]}}";
            var reply = delivery.Send(new() { Method = "POST", Target = "/v1/projects/-/check", Body = Encoding.UTF8.GetBytes(body), Patience = patience });
            if (!reply.IsSuccess)
            {
                throw new Refusal(Problems.Read(reply, delivery.Server.Name));
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
