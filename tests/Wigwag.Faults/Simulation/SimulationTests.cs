using System.Diagnostics;
using Wigwag.Faults.Harness;

namespace Wigwag.Faults.Simulation;

/// <summary>
/// Many short histories, each settled by a seed: agents act one after another and together, the clock jumps, answers are lost, the
/// power fails. After every step everything that must hold is looked at.
/// </summary>
public sealed class SimulationTests
{
    private const int Length = 60;

    [Fact]
    public async Task What_must_hold_holds_after_every_step_of_every_history()
    {
        // WIGWAG_SEED=N repeats one, WIGWAG_HISTORIES=M plays so many from there on.
        var only = Environment.GetEnvironmentVariable("WIGWAG_SEED") is { Length: > 0 };
        var asked = int.TryParse(Environment.GetEnvironmentVariable("WIGWAG_HISTORIES"), out var histories);
        var (first, count) = (Scale.Seed, asked ? histories : only ? 1 : Scale.Of(1000, 5000));
        var since = Stopwatch.GetTimestamp();
        for (var seed = first; seed < first + count; seed++)
        {
            var plan = Plan.Of(seed, Length);
            if (await Wrong(plan) is { } wrong)
            {
                var (shorter, why) = await Shorten(plan, wrong);
                Assert.Fail($"WIGWAG_SEED={seed}: {why}\n{string.Join('\n', shorter)}");
            }
        }
        Scale.Tell("Sim", $"{count} histories of {Length} steps in {Stopwatch.GetElapsedTime(since).TotalSeconds:F0} s: everything held after every step");
    }

    private static async Task<string?> Wrong(IReadOnlyList<Step> plan)
    {
        await using var town = await Town.Found();
        return await town.Play(plan);
    }

    /// <summary>The history with every step left out that it fails without, too.</summary>
    private static async Task<(IReadOnlyList<Step> Plan, string Why)> Shorten(IReadOnlyList<Step> plan, string why)
    {
        for (var chunk = plan.Count / 2; chunk > 0; chunk /= 2)
        {
            for (var at = 0; at < plan.Count;)
            {
                IReadOnlyList<Step> without = [.. plan.Take(at), .. plan.Skip(at + chunk)];
                if (await Wrong(without) is { } still)
                {
                    (plan, why) = (without, still);
                }
                else
                {
                    at += chunk;
                }
            }
        }
        return (plan, why);
    }
}
