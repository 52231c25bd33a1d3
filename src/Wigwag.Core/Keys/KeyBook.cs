using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Keys;

/// <summary>The keys as the store has them.</summary>
public static class KeyBook
{
    /// <summary>Where facts about keys are logged: they belong to no one's project.</summary>
    public static readonly ProjectId Home = ProjectId.Parse("local/wigwag");

    /// <summary>A key with the hash of its token.</summary>
    public sealed record Stored(Key Key, string Hash);

    private const string Columns = "key_id, name, role, agent, operator, projects, hash, created_at, created_by, expires_at, revoked_at";

    public static ValueTask<Stored?> Find(Session session, KeyId key) => session.First(
        $"SELECT {Columns} FROM keys WHERE key_id = @key", Read, ("key", key));

    /// <summary>Every key, newest first.</summary>
    public static ValueTask<List<Stored>> All(Session session) => session.Query(
        $"SELECT {Columns} FROM keys ORDER BY created_at DESC, key_id", Read);

    /// <summary>Keeps a new key with the hash of its token, and says so in the log.</summary>
    public static async ValueTask Add(Session session, Key key, string hash)
    {
        await session.Execute(
            $"""
            INSERT INTO keys ({Columns})
            VALUES (@key, @name, @role, @agent, @operator, @projects, @hash, @created_at, @created_by, @expires_at, NULL)
            """,
            ("key", key.KeyId),
            ("name", key.Name),
            ("role", key.Role.ToString()),
            ("agent", key.Agent),
            ("operator", key.Operator),
            ("projects", key.Projects is null ? null : string.Join(' ', key.Projects)),
            ("hash", hash),
            ("created_at", key.CreatedAt),
            ("created_by", key.CreatedBy),
            ("expires_at", key.ExpiresAt));
        await session.Append(KeysFeature.Created, Home, key.KeyId.Value, new KeyCreated(key.KeyId, key.Name, key.Role));
    }

    /// <summary>Ends a key for good, and says so in the log.</summary>
    public static async ValueTask<Key> Revoke(Session session, Key key)
    {
        await session.Execute("UPDATE keys SET revoked_at = @now WHERE key_id = @key", ("now", session.Now), ("key", key.KeyId));
        await session.Append(KeysFeature.Revoked, Home, key.KeyId.Value, new KeyRevoked(key.KeyId));
        return key with { RevokedAt = session.Now };
    }

    private static Stored Read(Row row) => new(
        new Key
        {
            KeyId = KeyId.Parse(row.Text("key_id")),
            Name = row.Text("name"),
            Role = Enum.Parse<Role>(row.Text("role")),
            Agent = row.TextOrNull("agent") is { } agent ? AgentId.Parse(agent) : null,
            Operator = row.TextOrNull("operator"),
            Projects = row.TextOrNull("projects") is { } projects ? [.. projects.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ProjectId.Parse)] : null,
            CreatedAt = row.Time("created_at"),
            CreatedBy = row.Text("created_by"),
            ExpiresAt = row.TimeOrNull("expires_at"),
            RevokedAt = row.TimeOrNull("revoked_at"),
        },
        row.Text("hash"));
}
