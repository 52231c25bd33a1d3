using System.Text;
using Wigwag.Client;
using Wigwag.Core.Issues;

namespace Wigwag.Tests.Client;

public sealed class HttpCallTests
{
    [Fact]
    public void What_the_route_names_goes_into_the_path_and_the_rest_into_the_body()
    {
        var call = HttpCall.Of(UpdateIssue.Operation, new UpdateIssueRequest { IssueId = IssueId.Parse("vc-a3f8"), Priority = 0, AddLabels = ["bug"] });
        Assert.Equal((HttpMethod.Patch, "/v1/issues/vc-a3f8"), (call.Method, call.Target));
        Assert.Equal("""{"priority":0,"add_labels":["bug"]}""", Encoding.UTF8.GetString(call.Body!));
    }

    [Fact]
    public void A_delete_has_no_body()
    {
        var call = HttpCall.Of(UndependIssue.Operation, new UndependIssueRequest { IssueId = IssueId.Parse("vc-a3f8"), DependsOn = IssueId.Parse("beads-9k2p") });
        Assert.Equal((HttpMethod.Delete, "/v1/issues/vc-a3f8/dependencies/beads-9k2p", null), (call.Method, call.Target, call.Body));
    }
}
