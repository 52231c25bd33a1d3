using FsCheck;
using FsCheck.Fluent;
using Wigwag.Core.Issues;

namespace Wigwag.Tests.Issues;

public sealed class DependencyPathTests
{
    [Fact]
    public void The_shortest_way_is_named_with_both_ends() =>
        Assert.Equal([Id(1), Id(3), Id(4)], Dependencies.Path(Edges((1, 2), (2, 3), (1, 3), (3, 4)), Id(1), Id(4)));

    [Fact]
    public void An_issue_reaches_itself_without_a_step() =>
        Assert.Equal([Id(1)], Dependencies.Path([], Id(1), Id(1)));

    [Fact]
    public void Edges_are_followed_one_way_only() =>
        Assert.Null(Dependencies.Path(Edges((1, 2)), Id(2), Id(1)));

    [Fact]
    public void A_way_is_found_exactly_when_there_is_one_and_each_of_its_steps_is_an_edge()
    {
        var node = Gen.Choose(0, 7);
        var graphs = from edges in node.Two().ListOf()
                     from ends in node.Two()
                     select (edges, ends);
        Prop.ForAll(graphs.ToArbitrary(), graph =>
        {
            var edges = Edges([.. graph.edges.Select(edge => (edge.Item1, edge.Item2))]);
            var (from, to) = (Id(graph.ends.Item1), Id(graph.ends.Item2));
            var path = Dependencies.Path(edges, from, to);
            return path is null
                ? !Reached(edges, from).Contains(to)
                : path[0] == from && path[^1] == to && path.Zip(path.Skip(1)).All(step => edges.Contains(new(step.First, step.Second)));
        }).QuickCheckThrowOnFailure();
    }

    private static HashSet<IssueId> Reached(List<Dependencies.Edge> edges, IssueId from)
    {
        var reached = new HashSet<IssueId> { from };
        while (edges.Where(edge => reached.Contains(edge.Issue)).Any(edge => reached.Add(edge.DependsOn)))
        {
        }
        return reached;
    }

    private static IssueId Id(int number) => IssueId.Parse($"vc-{number:0000}");

    private static List<Dependencies.Edge> Edges(params (int From, int To)[] edges) =>
        [.. edges.Select(edge => new Dependencies.Edge(Id(edge.From), Id(edge.To)))];
}
