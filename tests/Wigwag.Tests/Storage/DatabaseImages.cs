using System.Diagnostics;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Tests.Storage;

/// <summary>The files of a database as a server leaves them, to be damaged: each with the same facts, acknowledged.</summary>
internal sealed class DatabaseImages(TemporaryFolder folder)
{
    public const int Facts = 40;

    private static readonly EventKind<string> Stated = new("test.stated", JotJson.Default);
    private static readonly string[] Suffixes = ["", "-wal", "-shm", ".mark"];

    /// <summary>As it is after a clean stop.</summary>
    public async Task<string> Closed()
    {
        var path = folder["closed/wigwag.db"];
        if (!File.Exists(path))
        {
            await using var store = SqliteStore.Open(path);
            await State(store, 0, Facts);
        }
        return path;
    }

    /// <summary>As it is after <c>kill -9</c>: half of the facts were there at its start, half are in its log.</summary>
    public async Task<string> Killed()
    {
        var path = folder["killed/wigwag.db"];
        if (!File.Exists(path))
        {
            await using (var store = SqliteStore.Open(folder["running/wigwag.db"]))
            {
                await State(store, 0, Facts / 2);
            }
            await using var running = SqliteStore.Open(folder["running/wigwag.db"]);
            await State(running, Facts / 2, Facts);
            Copy(folder["running/wigwag.db"], path);
        }
        return path;
    }

    /// <summary>As it is after <c>kill -9</c> in its first minutes: everything is in its log.</summary>
    public async Task<string> Young(string name = "young")
    {
        var path = folder[$"{name}/wigwag.db"];
        if (!File.Exists(path))
        {
            await using var running = SqliteStore.Open(folder[$"{name}-running/wigwag.db"]);
            await State(running, 0, Facts);
            Copy(folder[$"{name}-running/wigwag.db"], path);
        }
        return path;
    }

    /// <summary>A copy of an image in a folder of its own.</summary>
    public string Fresh(string image)
    {
        var copy = folder[$"{Guid.NewGuid():n}/wigwag.db"];
        Copy(image, copy);
        return copy;
    }

    /// <summary>The facts in a store, with all that each says.</summary>
    public static async Task<List<string>> Read(IStore store) => (await store.Read<List<string>>(
        Caller.System,
        async (session, _) => (await Core.Feed.Log.After(session, 0, 10_000)).ConvertAll(fact => fact.Fact.ToString()),
        TestContext.Current.CancellationToken)).Value;

    public static string Fact(int number) => $"{number} {new string((char)('a' + (number % 26)), 1500)}";

    // By another program: the class library asks for a lock of its own, which the store's excludes.
    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        foreach (var suffix in Suffixes.Where(suffix => File.Exists(from + suffix)))
        {
            using var cp = Process.Start("cp", [from + suffix, to + suffix]);
            cp.WaitForExit();
        }
    }

    private static async Task State(SqliteStore store, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            await store.Write<string>(Caller.System, async (session, _) =>
            {
                await session.Append(Stated, ProjectId.Parse("github.com/o/r"), "subject", Fact(i));
                return "ok";
            }, TestContext.Current.CancellationToken);
        }
    }
}
