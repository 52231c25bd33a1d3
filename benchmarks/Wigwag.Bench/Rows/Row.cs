using Wigwag.Bench.Report;

namespace Wigwag.Bench.Rows;

/// <summary>One row of the suite.</summary>
/// <param name="Id">What it is asked for by: <c>P1</c>.</param>
/// <param name="Title">What it measures, in a few words.</param>
/// <param name="Explains">How it is measured, and beside what.</param>
/// <param name="Measure">Measures it.</param>
internal sealed record Row(string Id, string Title, string Explains, Func<Suite, Task<Findings>> Measure)
{
    public static IReadOnlyList<Row> All { get; } =
    [
        DurableSend.Row,
        SendsTogether.Row,
        Delivery.Row,
        InboxPages.Row,
        Reservations.Row,
        ClaimsTogether.Row,
        FanOut.Row,
        CommandLine.Row,
        Idle.Row,
        Agents.Row,
        CostOfACommand.Row,
        HostileNeighbour.Row,
    ];
}
