using Microsoft.Extensions.Logging;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// Lets the store's clock follow a wall clock that was set ahead, once what runs has been moved as far: in one transaction and before the
/// clock, so that nobody sees anything end by it. For the writer's thread alone.
/// </summary>
internal sealed class ClockSteps(MonotonicClock clock, ILogger log)
{
    /// <summary>In <c>meta</c>: the newest time that the clock was set ahead to.</summary>
    public const string Newest = "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'clock_set_ahead_to'";

    // Whether it was committed is not known.
    private (TimeSpan By, long To)? _tried;

    /// <summary>To be called between transactions.</summary>
    public void Follow(Connection connection)
    {
        if (_tried is var (tried, to))
        {
            _tried = null;
            if (connection.Scalar(Newest) == to)
            {
                clock.Follow(tried);
            }
        }
        var by = TimeSpan.FromMilliseconds((long)clock.Step.TotalMilliseconds);
        if (by == TimeSpan.Zero)
        {
            return;
        }
        var now = Writer.Now(clock);
        connection.Run("BEGIN IMMEDIATE");
        var moved = 0;
        foreach (var running in Catalog.Running)
        {
            moved += connection.Execute(
                $"UPDATE {running.Table} SET {running.Column} = {running.Column} + @by WHERE {running.Condition}",
                ("now", now),
                ("by", (long)by.TotalMilliseconds));
        }
        // A renewal leaves no other trace of the time that a server which starts may not begin before.
        connection.Execute(
            """
            INSERT INTO meta (name, value) VALUES ('clock_set_ahead_to', CAST(@to AS TEXT))
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """,
            ("to", now + by));
        _tried = (by, (now + by).ToUnixTimeMilliseconds());
        connection.Run("COMMIT");
        _tried = null;
        clock.Follow(by);
        Log.ClockSetAhead(log, by, moved);
    }
}
