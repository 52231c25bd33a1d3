using Wigwag.Core.Agents;

namespace Wigwag.Tests.Agents;

public sealed class AgentIdTests
{
    [Theory]
    [InlineData("dave/vc")]
    [InlineData("agent-ui-1/my.project_2")]
    [InlineData("0/0")]
    public void Workspace_and_project_make_an_id(string text) => Assert.True(AgentId.TryParse(text, out var id) && id.Value == text);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("dave")]
    [InlineData("/vc")]
    [InlineData("dave/")]
    [InlineData("Dave/vc")]
    [InlineData("dave/vc/x")]
    [InlineData("-dave/vc")]
    [InlineData("../vc")]
    [InlineData("dave/vc\n")]
    [InlineData("dave vc/x")]
    public void Nothing_else_does(string? text) => Assert.False(AgentId.TryParse(text, out _));

    [Theory]
    [InlineData("agent-ui-1", "vc", "agent-ui-1/vc")]
    [InlineData(" Dave ", "vc", "dave/vc")]
    [InlineData("Dave/Beads", "vc", "dave/beads")]
    [InlineData("dave", null, null)]
    [InlineData("da ve", "vc", null)]
    public void The_project_may_be_left_out_where_one_stands_in_it(string text, string? project, string? expected) =>
        Assert.Equal(expected, AgentId.TryComplete(text, project, out var id) ? id.Value : null);

    [Fact]
    public void Its_halves_are_the_workspace_and_the_projects_short_name()
    {
        var id = AgentId.Parse("dave/vc");

        Assert.Equal(("dave", "vc", false), (id.Workspace, id.ProjectName, id.IsEveryone));
        Assert.True(AgentId.Parse("all/vc").IsEveryone);
    }
}
