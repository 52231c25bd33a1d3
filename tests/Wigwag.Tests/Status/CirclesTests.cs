using Wigwag.Core.Agents;
using Wigwag.Core.Status;

namespace Wigwag.Tests.Status;

public sealed class CirclesTests
{
    private static Wait Wait(string agent, string on) => new()
    {
        Agent = AgentId.Parse($"{agent}/p"),
        On = $"{on}/p",
        Cause = WaitCause.Message,
        What = "m-1",
        Since = DateTimeOffset.UnixEpoch,
    };

    private static List<string> Circles(params string[] waits) =>
        [.. Core.Status.Circles.Of([.. waits.Select(wait => Wait(wait[..1], wait[1..]))]).Select(circle => string.Concat(circle.Agents.Select(agent => agent.Value[..1])))];

    [Fact]
    public void A_chain_has_none() => Assert.Empty(Circles("ab", "bc", "cd"));

    [Fact]
    public void Each_circle_is_found_once_however_often_two_wait_for_each_other() => Assert.Equal(["ab"], Circles("ab", "ba", "ab", "ba"));

    [Fact]
    public void Who_waits_for_a_circle_is_not_in_it() => Assert.Equal(["bcd"], Circles("ab", "bc", "cd", "db"));

    [Fact]
    public void Several_circles_are_all_found() => Assert.Equal(["ab", "cde"], Circles("ab", "ba", "cd", "de", "ec", "ac"));

    [Fact]
    public void Each_agent_in_one_is_shown_a_shortest_one() => Assert.Equal(["ab", "cba"], Circles("ac", "cb", "ab", "ba"));
}
