// A process of its own that owns a store, for tests that kill it, starve it, or meet it on the same file.
//   StoreWriter FILE          says "ready", writes one command per line of standard input, and answers each with a line
//   StoreWriter FILE WRITERS  says "ready", and writes until it is killed: "done NAME" for each command that was answered
using Microsoft.Data.Sqlite;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Storage.Sqlite;

var project = ProjectId.Parse("github.com/o/r");
try
{
    await using var store = SqliteStore.Open(args[0]);
    await Say("ready");
    if (args.Length > 1)
    {
        await Task.WhenAll(Enumerable.Range(0, int.Parse(args[1], null)).Select(writer => WriteForever(store, writer)));
    }
    while (await Console.In.ReadLineAsync() is { } line)
    {
        await Say(await Try(store, line));
    }
}
catch (StoreInUseException e)
{
    await Say($"in use by {e.ProcessId}");
}

async Task WriteForever(IStore store, int writer)
{
    for (var i = 0; ; i++)
    {
        var name = $"{Environment.ProcessId}-{writer}-{i}";
        if (await Try(store, name) == "done")
        {
            await Say($"done {name}");
        }
    }
}

async Task<string> Try(IStore store, string name)
{
    try
    {
        await store.Write<int>(Caller.System, async (session, _) =>
        {
            await session.Execute(
                "INSERT INTO meta (name, value) VALUES (@name, @value)", ("name", name.Length > 100 ? name[..100] : name), ("value", name));
            return await session.ExecuteCounted(
                """
                INSERT INTO events (project, at, kind, subject, fact)
                VALUES (@project, @at, 'test.written', @subject, '{}')
                """,
                ("project", project),
                ("at", session.Now),
                ("subject", name.Length > 100 ? name[..100] : name));
        }, CancellationToken.None);
        return "done";
    }
    catch (StoreUnavailableException e)
    {
        return e.IsDiskFull ? "full" : e.IsOutcomeUnknown ? "unknown" : $"unavailable {e.Message}";
    }
    catch (SqliteException e)
    {
        return $"failed {e.Message}";
    }
}

static async Task Say(string line)
{
    await Console.Out.WriteLineAsync(line);
    await Console.Out.FlushAsync();
}
