using System.Data.Common;
using System.Diagnostics;
using Wigwag.Bench.Load;

namespace Wigwag.Bench.Engines;

/// <summary>What the engine does without a server: prepared statements on one connection, so many units of work a commit.</summary>
internal sealed class RawSql : IDisposable
{
    private const string Body =
        "The parser stops on an empty file. unhandled: index out of range at lexer.next (src/parser/lexer.cs:118) at parser.block (src/parser/parser.cs:42). "
        + "Steps: touch empty, then check empty. Expected an empty tree; it worked in 1.4.2. I went around it with a guard in the caller and go on.";

    private static readonly string[] Names = ["@n", "@seq", "@id", "@thread", "@key", "@from", "@to", "@body", "@subject", "@issue_id"];

    private const int Agents = 64;

    private readonly DbConnection _connection;
    private readonly List<DbCommand> _work = [];
    private long _next = 1_000_000_000;

    private RawSql(DbConnection connection) => _connection = connection;

    /// <summary>One row of a table of its own: what a commit costs, and no more.</summary>
    public static RawSql OneRow(Database database)
    {
        var sql = new RawSql(database.Connect());
        sql.Run("CREATE TABLE IF NOT EXISTS reference (id INTEGER PRIMARY KEY, body TEXT NOT NULL)");
        sql.Add("INSERT INTO reference (id, body) VALUES (@n, @body)");
        return sql;
    }

    /// <summary>A message and its delivery, without what makes it findable, told or repeatable.</summary>
    public static RawSql Message(Database database)
    {
        var sql = new RawSql(database.Connect());
        sql.AddMessage();
        return sql;
    }

    /// <summary>Everything that sending one message writes: all its tables and the log, the answer that a repeat gets, full-text search.</summary>
    public static RawSql WholeSend(Database database, IReadOnlyList<string> search)
    {
        var sql = new RawSql(database.Connect());
        sql.AddMessage();
        sql.Add("INSERT INTO thread_participants (project, thread_id, home, participant) VALUES ('github.com/wigwag/crew', @thread, 'github.com/wigwag/crew', @from)");
        sql.Add("INSERT INTO thread_participants (project, thread_id, home, participant) VALUES ('github.com/wigwag/crew', @thread, 'github.com/wigwag/crew', @to)");
        foreach (var statement in search)
        {
            sql.Add(statement);
        }
        sql.Add(
            """
            INSERT INTO events (project, at, kind, subject, agent, audience, fact)
            VALUES ('github.com/wigwag/crew', @n, 'message.sent', @id, @from, @to, @body)
            """);
        sql.Add(
            """
            INSERT INTO idempotency_keys (credential, key, operation, request_hash, answer, at)
            VALUES (@from, @key, 'send_message', @id, @body, @n)
            """);
        return sql;
    }

    /// <summary>The statement that takes the most urgent open issue, and no more.</summary>
    public static RawSql NextIssue(Database database, string skipLocked)
    {
        var sql = new RawSql(database.Connect());
        sql.Add(
            $"""
            UPDATE issues SET status = 'in_progress', assignee = @from, claimed_at = @n
            WHERE project = 'github.com/wigwag/crew' AND issue_id = (
              SELECT issue_id FROM issues WHERE project = 'github.com/wigwag/crew' AND status = 'open'
              ORDER BY priority, created_at, issue_id LIMIT 1 {skipLocked})
            """);
        return sql;
    }

    /// <summary>Units of work a second at one size of commit.</summary>
    public double PerSecond(int batch, TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp();
        var done = 0;
        for (; Stopwatch.GetElapsedTime(start) < duration; done += batch)
        {
            Commit(batch);
        }
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>How long commits of one unit take, one after another.</summary>
    public Percentiles Alone(TimeSpan duration)
    {
        var latencies = new Latencies(100_000);
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            var before = Stopwatch.GetTimestamp();
            Commit(1);
            latencies.Record(Stopwatch.GetTimestamp() - before);
        }
        return latencies.Percentiles();
    }

    public void Dispose()
    {
        _work.ForEach(command => command.Dispose());
        _connection.Dispose();
    }

    /// <summary>So many units of work in one commit.</summary>
    public void Commit(int units)
    {
        using var transaction = _connection.BeginTransaction();
        for (var i = 0; i < units; i++, _next++)
        {
            foreach (var command in _work)
            {
                command.Transaction = transaction;
                foreach (DbParameter parameter in command.Parameters)
                {
                    parameter.Value = parameter.ParameterName switch
                    {
                        "@n" or "@seq" => _next,
                        // Ids are random and agents many, as with the server: rows next to each other would cost fewer pages.
                        "@id" => $"m-{Scattered(_next)}",
                        "@thread" => $"message:m-{Scattered(_next)}",
                        "@key" => $"{_next}",
                        "@from" => $"w{_next % Agents}/crew",
                        "@to" => $"w{(_next + 1) % Agents}/crew",
                        "@body" => Body,
                        "@subject" => "Parser crashes on an empty file",
                        _ => DBNull.Value,
                    };
                }
                command.ExecuteNonQuery();
            }
        }
        transaction.Commit();
    }

    private static string Scattered(long number) => (unchecked((ulong)number * 0x9E3779B97F4A7C15) >> 14).ToString("x", System.Globalization.CultureInfo.InvariantCulture);

    private void AddMessage()
    {
        Add(
            """
            INSERT INTO messages (seq, project, message_id, thread_id, sender, agent, recipients, category, subject, body, files, created_at)
            VALUES (@n, 'github.com/wigwag/crew', @id, @thread, @from, @from, @to, 'INFO', @subject, @body, 0, @n)
            """);
        Add("INSERT INTO deliveries (project, recipient, seq, state, is_owed) VALUES ('github.com/wigwag/crew', @to, @n, 'unread', 0)");
        Add("INSERT INTO waiting (project, recipient, seq) VALUES ('github.com/wigwag/crew', @to, @n)");
    }

    private void Add(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in Names.Where(name => sql.Contains(name, StringComparison.Ordinal)))
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
        }
        _work.Add(command);
    }

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
