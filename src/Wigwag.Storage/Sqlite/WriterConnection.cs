using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Sqlite;

/// <summary>The connection that writes: when it checkpoints, how it comes back after a failure, how it closes.</summary>
internal sealed class WriterConnection(
    string path, SqliteOptions options, Connection connection, ReaderPool readers, MarkFile mark, long commits, ILogger log)
{
    private static readonly TimeSpan BriefWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(5);

    private int _pages = 1; // whatever opening wrote is checkpointed at the first quiet moment
    private bool _isOpen = true;
    private long _commits = commits;
    private bool _isMarkBroken;

    private sealed record Progress(bool IsBusy, long Frames);

    public Connection Connection { get; private set; } = connection;

    /// <summary>True while the write-ahead log may hold pages that the database file does not.</summary>
    public bool HasUncheckpointed => _pages > 0;

    /// <summary>
    /// What a killed process wrote to the log but had not synced is recovered as committed. It is put on the disk before anyone is told of it:
    /// else a repeated command could be answered from what a power cut still takes away.
    /// </summary>
    public static void MakeRecoveredDurable(Connection connection, ILogger log)
    {
        try
        {
            Run(connection, "TRUNCATE");
        }
        catch (SqliteException e) when (Failure.IsDiskFull(e))
        {
            Log.CheckpointFailed(log, e.Message); // it has synced the log before it ran out of room
        }
    }

    /// <summary>Counts the commit that is about to be made, in the database.</summary>
    public void CountCommit() => Identity.Count(Connection, _commits + 1);

    /// <summary>Counts the commit that was made, in the mark beside the database.</summary>
    public void Committed()
    {
        _commits++;
        Mark(() => mark.Committed(_commits));
    }

    /// <summary>Looks at what the last commit wrote, and checkpoints when it has become enough.</summary>
    public void CheckpointIfDue(bool isBusy)
    {
        _pages += Connection.TakePagesWritten();
        if (_pages >= (isBusy ? options.BusyCheckpointPages : options.CheckpointPages))
        {
            Checkpoint();
        }
    }

    /// <summary>Moves pages into the database file, as far as readers allow; starts an overlong log over.</summary>
    public void Checkpoint()
    {
        _pages = 0;
        mark.LogMayRestart();
        try
        {
            var frames = Run("PASSIVE").Frames;
            if (frames > options.WalPagesToPause)
            {
                readers.Pause();
            }
            if (frames > options.MostWalPages)
            {
                Connection.WaitForLocks(BriefWait);
                Mark(mark.LogMayVanish);
                var progress = Run("TRUNCATE");
                Connection.WaitForLocks(UsualWait);
                if (!progress.IsBusy)
                {
                    readers.Resume();
                }
            }
        }
        catch (SqliteException e) when (Failure.IsDiskFull(e))
        {
            Log.CheckpointFailed(log, e.Message);
        }
    }

    /// <summary>Closes, opens, checks the whole file, empties the log of what may not be on the disk, and commits a probe.</summary>
    /// <exception cref="SqliteException">It is not sound yet.</exception>
    public void Reopen(DateTimeOffset now)
    {
        _isOpen = false;
        Connection.Dispose();
        Mark(mark.LogMayVanish);
        var fresh = Connection.OpenWriter(path, options);
        try
        {
            Check(fresh);
            // A commit that failed may have been kept nevertheless.
            _commits = Math.Max(_commits, Identity.Of(fresh).Commits);
            fresh.Execute(
                """
                INSERT INTO meta (name, value) VALUES ('writer_reopened_at', @at)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """,
                ("at", now.ToString("O", CultureInfo.InvariantCulture)));
        }
        catch
        {
            fresh.Dispose();
            throw;
        }
        (Connection, _isOpen, _pages) = (fresh, true, 1);
    }

    /// <summary>Waits for the readers and closes them, leaves the whole state in the database file, closes.</summary>
    public void Close()
    {
        readers.Dispose();
        if (_isOpen)
        {
            var isEmptied = false;
            try
            {
                Mark(mark.LogMayVanish);
                Connection.RunScript("PRAGMA optimize");
                isEmptied = !Run("TRUNCATE").IsBusy;
            }
            catch (SqliteException e)
            {
                Log.CheckpointFailed(log, e.Message); // the log stays beside the file, and the next opening reads it
            }
            Connection.Dispose();
            if (isEmptied)
            {
                Mark(mark.Closed);
            }
        }
        mark.Dispose();
    }

    // A mark that lags behind is one that tells of fewer losses; no command fails for it.
    private void Mark(Action change)
    {
        try
        {
            change();
            _isMarkBroken = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_isMarkBroken)
            {
                Log.MarkFailed(log, e.Message);
            }
            _isMarkBroken = true;
        }
    }

    private static void Check(Connection fresh)
    {
        if (fresh.Inspect("PRAGMA quick_check(1)", row => row.Text("quick_check")) is [var verdict] && verdict != "ok")
        {
            throw new SqliteException($"The check of the database file found: {verdict}", raw.SQLITE_CORRUPT);
        }
        if (Run(fresh, "TRUNCATE").IsBusy)
        {
            throw new SqliteException("Readers kept the write-ahead log from being emptied.", raw.SQLITE_BUSY);
        }
    }

    private Progress Run(string mode) => Run(Connection, mode);

    private static Progress Run(Connection connection, string mode) => connection.Inspect(
        $"PRAGMA wal_checkpoint({mode})", row => new Progress(row.Flag("busy"), row.Number("log")))[0];
}
