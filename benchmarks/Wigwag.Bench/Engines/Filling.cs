using System.Data.Common;
using System.Globalization;
using Wigwag.Core.Agents;
using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Projects;

namespace Wigwag.Bench.Engines;

/// <summary>Puts much into a database at once, as it would lie there after so many commands; search is not filled.</summary>
internal static class Filling
{
    /// <summary>How many agents the messages are spread over, evenly: w0 to w9.</summary>
    public const int Recipients = 10;

    /// <summary>How many of the newest are unread, over all recipients.</summary>
    public const int Unread = 200;

    // w1 has read nothing.
    private const string Numbers = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {0})";

    private static readonly string[] Statements =
    [
        """
        INSERT INTO messages (seq, project, message_id, thread_id, sender, agent, sender_project, recipients, category, subject, body, files, created_at)
        {numbers}
        SELECT n, 'github.com/wigwag/crew', 'm-' || (1000000000 + n), 'm:m-' || (1000000000 + n), 'w9/crew', 'w9/crew', 'github.com/wigwag/crew', 'w' || (n % 10) || '/crew',
          'INFO', 'Parser crashes on an empty file, report ' || n,
          'The parser stops on an empty file. unhandled: index out of range at lexer.next (src/parser/lexer.cs:118) at parser.block (src/parser/parser.cs:42). I go on with a guard in the caller.',
          0, {now} - ({count} - n)
        FROM numbers
        """,
        """
        INSERT INTO deliveries (project, recipient, seq, state, read_at, is_owed)
        {numbers}
        SELECT 'github.com/wigwag/crew', 'w' || (n % 10) || '/crew', n,
          CASE WHEN n % 10 = 1 OR n > {count} - 200 THEN 'unread' ELSE 'read' END, CASE WHEN n % 10 = 1 OR n > {count} - 200 THEN NULL ELSE {now} END, 0
        FROM numbers
        """,
        """
        INSERT INTO waiting (project, recipient, seq)
        {numbers}
        SELECT 'github.com/wigwag/crew', 'w' || (n % 10) || '/crew', n FROM numbers WHERE n % 10 = 1 OR n > {count} - 200
        """,
    ];

    /// <summary>Fills an empty database in one transaction.</summary>
    public static void Messages(Database database, int count)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction();
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        foreach (var statement in Statements)
        {
            Run(connection, transaction, statement
                .Replace("{numbers}", Numbers.Replace("{0}", count.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), StringComparison.Ordinal)
                .Replace("{count}", count.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("{now}", now, StringComparison.Ordinal));
        }
        transaction.Commit();
        Maintain(connection, database);
    }

    /// <summary>Issues that are ready, in an empty database.</summary>
    public static void Issues(Database database, int count)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction();
        Run(connection, transaction, string.Create(
            CultureInfo.InvariantCulture,
            $"""
            INSERT INTO issues (project, issue_id, title, body, status, priority, labels, created_at, updated_at)
            {Numbers.Replace("{0}", count.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)}
            SELECT 'github.com/wigwag/crew', 'crew-' || (1000000000 + n), 'Parser crashes on an empty file, report ' || n, 'It stops on an empty file.', 'open', n % 5, '', n, n
            FROM numbers
            """));
        transaction.Commit();
        Maintain(connection, database);
    }

    /// <summary>How many issues are closed.</summary>
    public static long Closed(Database database)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM issues WHERE status = 'closed'";
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <summary>Reservations of one agent, held for a day from now.</summary>
    public static void Reservations(Database database, ProjectId project, AgentId holder, IEnumerable<string> globs)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText =
            """
            INSERT INTO leases (project, lease_id, kind, scope, root, tail, mode, holder, token, acquired_at, renewed_at, ttl, expires_at, state)
            VALUES (@project, @lease_id, 'reservation', @scope, @root, @tail, 'exclusive', @holder, @token, @now, @now, 86400000, @until, 'active')
            """;
        var now = DateTimeOffset.UtcNow;
        Set("project", project.Value);
        Set("holder", holder.Value);
        Set("now", now.ToUnixTimeMilliseconds());
        Set("until", now.AddDays(1).ToUnixTimeMilliseconds());
        var token = 0L;
        foreach (var glob in globs)
        {
            var scope = Scope.Parse(glob, PathCase.Sensitive).Value;
            Set("lease_id", LeaseId.New(LeaseKind.Reservation).Value);
            Set("scope", scope.Text);
            Set("root", scope.Root);
            Set("tail", scope.Tail);
            Set("token", ++token);
            command.ExecuteNonQuery();
        }
        Run(connection, transaction, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO lease_tokens (project, token) VALUES ('{project.Value}', {token})"));
        transaction.Commit();
        Maintain(connection, database);

        void Set(string name, object value)
        {
            if (!command.Parameters.Contains("@" + name))
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = "@" + name;
                command.Parameters.Add(parameter);
            }
            command.Parameters["@" + name].Value = value;
        }
    }

    private static void Maintain(DbConnection connection, Database database)
    {
        if (database.Maintenance is { } sql)
        {
            Run(connection, null, sql);
        }
    }

    private static void Run(DbConnection connection, DbTransaction? transaction, string sql)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.CommandTimeout = 300;
        command.ExecuteNonQuery();
    }
}
