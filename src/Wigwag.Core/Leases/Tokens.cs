using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases;

/// <summary>
/// The fencing token of a project: a number that only grows. Whoever keeps the largest token it has seen can refuse a holder that
/// lost its lease and does not know. The row stays locked until the transaction ends, so tokens become visible in their order.
/// </summary>
public static class Tokens
{
    /// <summary>In <c>meta</c>, after a restore: every token that may have been given out since the backup is at most this.</summary>
    public const string Floor = "lease_token_floor";

    /// <summary>The next token; each grant, takeover and loss has its own.</summary>
    internal static async ValueTask<long> Next(Session session, ProjectId project)
    {
        var floor = await session.Scalar("SELECT CAST(value AS BIGINT) FROM meta WHERE name = @name", ("name", Floor)) ?? 0;
        return await session.Scalar(
            """
            INSERT INTO lease_tokens (project, token) VALUES (@project, @first)
            ON CONFLICT (project) DO UPDATE
            SET token = CASE WHEN lease_tokens.token < @first THEN @first ELSE lease_tokens.token + 1 END
            RETURNING token
            """,
            ("project", project),
            ("first", floor + 1)) ?? throw new InvalidOperationException("The engine gave no token.");
    }

    /// <summary>The newest token given out, 0 when there is none.</summary>
    internal static async ValueTask<long> Newest(Session session, ProjectId project) =>
        await session.Scalar("SELECT token FROM lease_tokens WHERE project = @project", ("project", project)) ?? 0;
}
