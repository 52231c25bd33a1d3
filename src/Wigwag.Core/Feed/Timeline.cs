using System.Globalization;
using Wigwag.Core.Store;

namespace Wigwag.Core.Feed;

/// <summary>
/// Which places of the log, and of every other table that numbers its rows, belong to this database. A restored database goes on at numbers
/// that its lost successor cannot have given out; the numbers between are known to be lost, so that whoever remembers one is told.
/// </summary>
public static class Timeline
{
    /// <summary>In <c>meta</c>, after a restore: by table, the last number that was kept and the last that may have been lost.</summary>
    public const string Lost = "lost_places";

    /// <summary>Numbers of a table that were lost: those after <paramref name="Kept"/>, up to <paramref name="Last"/>.</summary>
    public readonly record struct Gap(string Table, long Kept, long Last)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Table} {Kept} {Last}");
    }

    /// <summary>The value of <see cref="Lost"/> after another restore.</summary>
    /// <param name="before">The value before, or null.</param>
    /// <param name="gaps">What this restore lost.</param>
    public static string With(string? before, IEnumerable<Gap> gaps) =>
        string.Join(';', [.. before is null ? (ReadOnlySpan<string>)[] : [before], .. gaps.Select(gap => gap.ToString())]);

    /// <summary>True for a place that was given out by what a restore replaced.</summary>
    /// <param name="session">Any transaction.</param>
    /// <param name="table">Whose numbers: <c>events</c> or <c>messages</c>.</param>
    /// <param name="place">What the client remembers.</param>
    public static async ValueTask<bool> IsLost(Session session, string table, long place) =>
        await session.First("SELECT value FROM meta WHERE name = @name", row => row.Text("value"), ("name", Lost)) is { } lost
        && lost.Split(';').Any(text => text.Split(' ') is [var name, var kept, var last] && name == table
            && place > long.Parse(kept, CultureInfo.InvariantCulture) && place <= long.Parse(last, CultureInfo.InvariantCulture));
}
