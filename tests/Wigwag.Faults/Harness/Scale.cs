using System.Globalization;

namespace Wigwag.Faults.Harness;

/// <summary>How much is run: the short form is part of <c>./test</c>, the long one is <c>./test faults --long</c>.</summary>
internal static partial class Scale
{
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("WIGWAG_FAULTS") == "long";

    public static int Of(int few, int many) => IsLong ? many : few;

    /// <summary>
    /// The seed of this run's chances, printed with every figure; <c>WIGWAG_SEED</c> repeats a run. The short form is the same each time, so
    /// that it fails for a change and not by chance; the long one is another each time.
    /// </summary>
    public static int Seed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("WIGWAG_SEED"), out var seed) ? seed : IsLong ? Environment.TickCount & 0xFFFFFF : 1;

    /// <summary>Tells a figure, as <c>FAULTS.md</c> records it: the row, the engine, the figure, the seed and the test that repeats it, with tabs between them.</summary>
    public static void Tell(string row, string figure, string engine = "SQLite")
    {
        // A fixture tells what all tests of its class came to, when none of them runs any more.
        var name = $"{TestContext.Current.TestClass?.TestClassSimpleName}.{TestContext.Current.TestMethod?.MethodName ?? "*"}";
        var line = string.Join('\t', row, engine, figure, $"seed {Seed.ToString(CultureInfo.InvariantCulture)}", name);
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("WIGWAG_FAULTS_FIGURES") is { Length: > 0 } file)
        {
            File.AppendAllText(file, line + "\n");
        }
    }
}
