using System.Globalization;
using System.Text;

namespace Wigwag.Bench.Report;

/// <summary>Findings as <c>RESULTS.md</c> shows them.</summary>
internal static class Markdown
{
    /// <summary>All targets in one table.</summary>
    public static string Summary(IEnumerable<(string Row, Findings Findings)> rows)
    {
        var text = new StringBuilder("| row | what | measured | target | |\n|---|---|--:|--:|---|\n");
        foreach (var (row, findings) in rows)
        {
            foreach (var target in findings.Targets)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {row} | {target.What}{(target.Reference is null ? "" : $" ({target.Reference})")} | {Number(target.Measured)} {target.Unit} | ")
                    .Append(CultureInfo.InvariantCulture, $"{(target.IsAtMost ? "≤" : "≥")} {Number(target.Limit)} {target.Unit} | {(target.IsMet ? "met" : "**missed**")} |\n");
            }
        }
        return text.ToString();
    }

    /// <summary>One row with everything that it measured: medians, and the least and the most of the runs.</summary>
    public static string Section(string id, string title, string explains, Findings findings)
    {
        var text = new StringBuilder($"## {id}: {title}\n\n{explains}\n");
        if (findings.Waits.Count > 0)
        {
            text.Append("\n| ms | load | p50 | p99 | p99.9 |\n|---|---|--:|--:|--:|\n");
            foreach (var waits in findings.Waits)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {waits.What} | {waits.Load} | {Spread(waits.P50)} | {Spread(waits.P99)} | {Spread(waits.P999)} |\n");
            }
        }
        if (findings.Measures.Count > 0)
        {
            text.Append("\n| | median | spread | |\n|---|--:|--:|---|\n");
            foreach (var measure in findings.Measures)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {measure.What} | {Number(measure.Median)} | {Number(measure.Least)} – {Number(measure.Most)} | {measure.Unit} |\n");
            }
        }
        foreach (var note in findings.Notes)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n- {note}");
        }
        return text.Append(findings.Notes.Count > 0 ? "\n" : "").ToString();
    }

    /// <summary>Three digits that say something, however large the number.</summary>
    public static string Number(double number) => Math.Abs(number) switch
    {
        double.NaN => "–",
        >= 1000 => number.ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => number.ToString("F0", CultureInfo.InvariantCulture),
        >= 10 => number.ToString("F1", CultureInfo.InvariantCulture),
        >= 1 => number.ToString("F2", CultureInfo.InvariantCulture),
        _ => number.ToString("F3", CultureInfo.InvariantCulture),
    };

    private static string Spread(Measure measure) => $"{Number(measure.Median)} ({Number(measure.Least)} – {Number(measure.Most)})";
}
