using System.Net;
using System.Text.Json.Nodes;
using Wigwag.Core.Operations;

namespace Wigwag.Security.Access;

/// <summary>
/// Every operation of the catalog, by keys of every role that reach one project, against all that there is in another: nothing is
/// told, nothing changes, and what exists there answers as what does not. Operations and fields that are added are in it by themselves.
/// </summary>
public sealed class ReachTests(ReachWorld world) : IClassFixture<ReachWorld>
{
    public static TheoryData<string> Operations => new(Catalog.Operations.Select(operation => operation.Name));

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_key_of_one_project_does_nothing_and_learns_nothing_in_another(string name)
    {
        var operation = Catalog.Operations.Single(operation => operation.Name == name);
        var (own, intruders) = await world.Intrude();
        var before = await world.State();
        foreach (var field in RequestFields.Of(operation))
        {
            foreach (var kind in RequestFields.Kinds(field, world.Theirs))
            {
                foreach (var intruder in intruders.Where(intruder => intruder.Role >= operation.Role))
                {
                    var (real, phantom) = (world.Theirs[kind], ReachWorld.PhantomOf(kind, world.Theirs[kind]));
                    var there = await Ask(intruder.Client, operation, field, real, own);
                    var nowhere = await Ask(intruder.Client, operation, field, phantom, own);
                    var what = $"{name} by {intruder.Name} with {field.Name} = {real}: {(int)there.Status} {there.Body}\nand with {phantom}: {(int)nowhere.Status} {nowhere.Body}";
                    Assert.True(there.Status < HttpStatusCode.InternalServerError && nowhere.Status < HttpStatusCode.InternalServerError, what);
                    Assert.True(
                        there == nowhere || (there.Status == nowhere.Status && (IsGranted(there.Status) || world.AsPhantom(kind, there.Body) == nowhere.Body)),
                        $"It tells what exists: {what}");
                    Assert.True(world.Told(there.Body) is null, $"It tells of {world.Told(there.Body)}: {what}");
                }
            }
            Assert.True(before == await world.State(), $"{name} with {field.Name} that names something of theirs changes something there.");
        }
        intruders.ForEach(intruder => intruder.Dispose());
    }

    private static bool IsGranted(HttpStatusCode status) => (int)status < 300;

    /// <summary>Sends a request in which one field names the target and the required others what is one's own.</summary>
    private async Task<(HttpStatusCode Status, string Body)> Ask(HttpClient client, Operation operation, RequestField field, string target, Holdings own)
    {
        if (operation.Effect != Effect.Query)
        {
            await world.Renew(own);
        }
        world.Count();
        using var response = await client.SendAsync(RequestFields.Message(operation, RequestFields.Fill(operation, field, target, own)), TestContext.Current.CancellationToken);
        var body = await response.Text();
        foreach (var kind in new[] { "issue", "message", "lease" })
        {
            body = body.Replace(own[kind], "ours", StringComparison.Ordinal);
        }
        return (response.StatusCode, body);
    }
}
