using Wigwag.Core.Issues;
using Wigwag.Core.Projects;

namespace Wigwag.Tests.Issues;

public sealed class NewIssueIdTests
{
    private static readonly ProjectId Vc = ProjectId.Parse("github.com/steveyegge/vc");

    [Fact]
    public void An_id_is_the_short_name_and_characters_of_base_36() =>
        Assert.Matches("^vc-[0-9a-z]{4}$", Make(4).Value);

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(41)]
    [InlineData(245)]
    [InlineData(246)]
    [InlineData(1475)]
    [InlineData(1476)]
    [InlineData(8852)]
    [InlineData(8853)]
    [InlineData(1_900_000)]
    public void Two_machines_with_as_many_issues_share_an_id_with_less_than_one_in_a_thousand(long issues) =>
        Assert.True(issues * (double)issues / Math.Pow(36, NewIssueId.Length(issues)) < 0.001);

    [Fact]
    public void Every_id_of_the_same_report_at_the_same_time_is_another()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => Make(10)).ToHashSet();
        Assert.Equal(1000, ids.Count);
    }

    [Fact]
    public void All_digits_come_equally_often_in_each_place()
    {
        var ids = Enumerable.Range(0, 36 * 300).Select(_ => Make(4).Value).ToList();
        for (var place = 3; place < 7; place++)
        {
            var counts = ids.CountBy(id => id[place]).Select(pair => pair.Value).ToList();
            Assert.Equal(36, counts.Count);
            // Chi-squared with 35 degrees of freedom passes 100 once in ten million times.
            Assert.True(counts.Sum(count => (count - 300.0) * (count - 300.0) / 300.0) < 100);
        }
    }

    private static IssueId Make(int length) => NewIssueId.Make(Vc, "vc", "Crash", "dave/vc", DateTimeOffset.UnixEpoch, length);
}
