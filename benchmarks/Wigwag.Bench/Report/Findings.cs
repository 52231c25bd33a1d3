using Wigwag.Bench.Load;

namespace Wigwag.Bench.Report;

/// <summary>One number, measured once in each run.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Unit">Of the numbers.</param>
/// <param name="Runs">In order.</param>
internal sealed record Measure(string What, string Unit, IReadOnlyList<double> Runs)
{
    public double Median => Runs.Order().ElementAt(Runs.Count / 2);

    public double Least => Runs.Min();

    public double Most => Runs.Max();
}

/// <summary>How long requests took, in each run.</summary>
/// <param name="What">What was asked.</param>
/// <param name="Load">How many clients and how often.</param>
/// <param name="Runs">In order.</param>
internal sealed record Waits(string What, string Load, IReadOnlyList<Percentiles> Runs)
{
    public Measure P50 => Of("p50", run => run.P50);

    public Measure P99 => Of("p99", run => run.P99);

    public Measure P999 => Of("p99.9", run => run.P999);

    private Measure Of(string name, Func<Percentiles, double> pick) => new($"{What}, {name}", "ms", [.. Runs.Select(pick)]);
}

/// <summary>A target, and whether it was met.</summary>
/// <param name="What">What is promised.</param>
/// <param name="Measured">The median.</param>
/// <param name="Unit">Of it; <c>×</c> for a ratio.</param>
/// <param name="IsAtMost">True when less is better.</param>
/// <param name="Limit">The target.</param>
/// <param name="Reference">What it is measured against in the same run, or null.</param>
internal sealed record Target(string What, double Measured, string Unit, bool IsAtMost, double Limit, string? Reference = null)
{
    public bool IsMet => IsAtMost ? Measured <= Limit : Measured >= Limit;

    public static Target AtMost(string what, double measured, string unit, double limit, string? reference = null) => new(what, measured, unit, true, limit, reference);

    public static Target AtLeast(string what, double measured, string unit, double limit, string? reference = null) => new(what, measured, unit, false, limit, reference);
}

/// <summary>What a row of the suite found.</summary>
internal sealed class Findings
{
    public List<Waits> Waits { get; } = [];

    public List<Measure> Measures { get; } = [];

    public List<Target> Targets { get; } = [];

    /// <summary>What a reader has to know to read the figures.</summary>
    public List<string> Notes { get; } = [];

    public Waits Add(Waits waits)
    {
        Waits.Add(waits);
        return waits;
    }

    public Measure Add(Measure measure)
    {
        Measures.Add(measure);
        return measure;
    }
}
