using System.Security.Cryptography;
using System.Text;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Schema;

/// <summary>
/// One step of the schema, forward only: <c>NNNN_name.sql</c> for every engine, <c>NNNN_name.sqlite.sql</c> or
/// <c>NNNN_name.postgres.sql</c> for one. Each runs once, in a transaction of its own, and is recorded with the checksum of its text.
/// </summary>
internal sealed record Migration(string Name, string Sql)
{
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n").Trim())));

    /// <summary>Every migration of this program for an engine, in order.</summary>
    /// <param name="engine">As <see cref="Dialect.Name"/>.</param>
    public static IReadOnlyList<Migration> Of(string engine) =>
        [.. Embedded(engine).OrderBy(migration => migration.Name, StringComparer.Ordinal)];

    /// <summary>Those of <paramref name="migrations"/> that a database lacks.</summary>
    /// <param name="migrations">All that this program knows.</param>
    /// <param name="recorded">Name and checksum of those that the database has.</param>
    /// <exception cref="StoreRefusedException">A newer program, or another text of the same migration, made the database.</exception>
    public static IReadOnlyList<Migration> Missing(IReadOnlyList<Migration> migrations, IReadOnlyDictionary<string, string> recorded)
    {
        if (recorded.Keys.Except(migrations.Select(migration => migration.Name)).Order(StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            throw new StoreRefusedException(
                $"The database is newer than this program: it has the migration {unknown}. Install the version of Wigwag that made it, or a newer one.");
        }
        if (migrations.FirstOrDefault(migration => recorded.TryGetValue(migration.Name, out var checksum) && checksum != migration.Checksum) is { } other)
        {
            throw new StoreRefusedException($"The database was made with another text of the migration {other.Name}; this program cannot use it.");
        }
        // They run in order, so one that is missing before another that ran was removed from the record.
        var last = recorded.Keys.Max(StringComparer.Ordinal);
        return migrations.FirstOrDefault(migration => !recorded.ContainsKey(migration.Name) && string.CompareOrdinal(migration.Name, last) < 0) is { } removed
            ? throw Mismatch($"{last} is recorded, and {removed.Name} before it is not")
            : [.. migrations.Where(migration => !recorded.ContainsKey(migration.Name))];
    }

    /// <summary>Of a database whose tables are not what its record of migrations says.</summary>
    public static StoreRefusedException Mismatch(string how) => new($"This database's migrations do not match its tables: {how}.")
    {
        Next = "Put a backup in its place: 'wigwag restore FILE' for SQLite, pg_restore for PostgreSQL. Somebody changed the table schema_migrations, or the tables.",
    };

    private static IEnumerable<Migration> Embedded(string engine)
    {
        var assembly = typeof(Migration).Assembly;
        foreach (var name in assembly.GetManifestResourceNames())
        {
            // 0001_log.sql, or 0004_search.sqlite.sql
            if (name.Split('.') is [_, "sql"] or [_, _, "sql"] && (name.AsSpan().Count('.') == 1 || name.EndsWith($".{engine}.sql", StringComparison.Ordinal)))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                yield return new(name, reader.ReadToEnd());
            }
        }
    }
}
