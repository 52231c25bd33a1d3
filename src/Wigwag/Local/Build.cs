using System.Globalization;
using Wigwag.Program.Cli;

namespace Wigwag.Program.Local;

/// <summary>Which program this is: its version, and when it was built.</summary>
internal static class Build
{
    public static string Version => typeof(Build).Assembly.GetName().Version!.ToString(3);

    /// <summary><c>0.1.0+1765432100</c>: the version, and the second since 1970 in which this copy was built.</summary>
    public static string Id => Version + Built;

    private static string Built { get; } = "+" + new DateTimeOffset(File.GetLastWriteTimeUtc(CommandIndex.File), TimeSpan.Zero)
        .ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>True when <paramref name="other"/> names an older program than this one.</summary>
    public static bool IsNewerThan(string? other)
    {
        // Nearly always the same second; nothing more is worked out then.
        if (other is null || other.EndsWith(Built, StringComparison.Ordinal))
        {
            return false;
        }
        var ((mine, built), (theirs, theirsBuilt)) = (Parse(Id), Parse(other));
        return mine.CompareTo(theirs) is var order && (order > 0 || (order == 0 && built > theirsBuilt));
    }

    private static (Version Version, long Built) Parse(string id)
    {
        var plus = id.IndexOf('+');
        return plus > 0 && System.Version.TryParse(id.AsSpan(0, plus), out var version)
            && long.TryParse(id.AsSpan(plus + 1), CultureInfo.InvariantCulture, out var built)
            ? (version, built)
            : (new Version(), 0);
    }
}
