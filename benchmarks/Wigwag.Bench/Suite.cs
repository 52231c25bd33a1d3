using Wigwag.Bench.Engines;
using Wigwag.Bench.Servers;
using Wigwag.Testing;

namespace Wigwag.Bench;

/// <summary>How much is run: the whole, or just enough to show that the suite works.</summary>
/// <param name="IsSmoke">One run of a fraction of a second of everything.</param>
internal sealed record Scale(bool IsSmoke)
{
    public int Runs => IsSmoke ? 1 : 5;

    public TimeSpan Seconds(double whole) => TimeSpan.FromSeconds(IsSmoke ? Math.Min(whole, 0.1) : whole);

    public T Of<T>(T whole, T smoke) => IsSmoke ? smoke : whole;
}

/// <summary>What every row works with.</summary>
internal sealed class Suite(Scale scale, Engine engine, Programs programs, string folder)
{
    private int _homes;

    public Scale Scale => scale;

    public Engine Engine => engine;

    public Programs Programs => programs;

    /// <summary>On the disk that is measured.</summary>
    public string Folder => folder;

    /// <summary>A new database of the engine under test.</summary>
    public Task<Database> NewDatabase() => engine.Create(Path.Combine(folder, $"{++_homes}"));

    /// <summary>The real server in a process of its own.</summary>
    public Task<ServerProcess> Serve(Database database, params IEnumerable<string> arguments) =>
        ServerProcess.Start(programs.Wigwag, database.Home, null, [.. database.Arguments, .. arguments]);

    /// <summary>The same on a new database.</summary>
    public async Task<ServerProcess> Serve() => await Serve(await NewDatabase());

    /// <summary>Repeats what is measured, runs of each thing and of its reference in turn, so that a slow minute of the machine falls on both.</summary>
    public IEnumerable<int> Runs() => Enumerable.Range(0, scale.Runs);
}
