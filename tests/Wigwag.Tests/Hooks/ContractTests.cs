using System.Text.Json;
using System.Text.Json.Nodes;
using Wigwag.Core.Hooks;
using Wigwag.Program.Init;

namespace Wigwag.Tests.Hooks;

/// <summary>The JSON that each client sends its hooks and reads from them, as recorded with version and source under Contracts/.</summary>
public sealed class ContractTests
{
    private static readonly Dictionary<string, JsonObject> Contracts = HookClient.All.ToDictionary(client => client.Name, client =>
    {
        using var file = typeof(ContractTests).Assembly.GetManifestResourceStream($"contract:{client.Name}")!;
        return JsonNode.Parse(file)!.AsObject();
    });

    public static TheoryData<string, int> Events =>
        [.. Contracts.SelectMany(contract => Enumerable.Range(0, contract.Value["events"]!.AsArray().Count).Select(i => (contract.Key, i)))];

    private static JsonObject Event(string client, int index) => Contracts[client]["events"]![index]!.AsObject();

    [Theory]
    [MemberData(nameof(Events))]
    public void What_a_client_sends_is_understood(string client, int index)
    {
        var recorded = Event(client, index);
        var (known, moment) = HookClient.Find(client, recorded["event"]!.GetValue<string>())!.Value;
        Assert.Equal(client, known.Name);
        using var sent = JsonDocument.Parse(recorded["input"]!.ToJsonString());
        var input = HookInput.Read(moment, sent.RootElement)!;
        var reads = recorded["reads"]!.AsObject();
        Assert.Equal(reads["moment"]!.GetValue<string>(), moment.ToString());
        Assert.Equal("/home/ann/src/dave/vc", input.Folder);
        Assert.Equal(reads["continued"]?.GetValue<bool>() ?? false, input.IsContinued);
        Assert.Equal(reads["session"]?.GetValue<string>() ?? input.Session, input.Session);
        Assert.Equal(reads["model"]?.GetValue<string>() ?? input.Model, input.Model);
        Assert.Equal((reads["targets"]?.AsArray() ?? []).Select(path => path!.GetValue<string>()).Order(StringComparer.Ordinal), input.Targets.Select(target => target.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void What_a_client_is_told_is_in_its_own_form(string client, int index)
    {
        var recorded = Event(client, index);
        var (known, moment) = HookClient.Find(client, recorded["event"]!.GetValue<string>())!.Value;
        var says = new (string Name, HookAnswer Answer)[]
        {
            ("deny", new() { Deny = "TEXT" }), ("context", new() { Context = "TEXT" }), ("go_on", new() { GoOn = "TEXT" }), ("nothing", HookAnswer.Nothing),
        };
        Assert.All(says.Where(say => recorded[say.Name] is not null), say =>
            Assert.True(JsonNode.DeepEquals(recorded[say.Name], known.Write(moment, say.Answer)), known.Write(moment, say.Answer).ToJsonString()));
        // What is not for this moment is not said at it.
        Assert.All(says.Where(say => recorded[say.Name] is null && moment.ToString() is not ("BeforeTool" or "AfterTool" or "Stop")), say =>
            Assert.True(known.Write(moment, say.Answer).Count == 0 || recorded["nothing"] is not null));
    }

    [Fact]
    public void Every_contract_names_its_version_and_source_and_covers_every_event()
    {
        foreach (var client in HookClient.All)
        {
            var contract = Contracts[client.Name];
            Assert.NotEmpty(contract["version"]!.GetValue<string>());
            Assert.All(contract["source"]!.AsArray(), source => Assert.StartsWith("https://", source!.GetValue<string>(), StringComparison.Ordinal));
            Assert.Equal(client.Events.Select(each => each.Event).Order(), contract["events"]!.AsArray().Select(each => each!["event"]!.GetValue<string>()).Distinct().Order());
        }
    }

    [Fact]
    public void Every_client_that_can_be_set_up_has_a_contract() =>
        Assert.Equal(Contracts.Keys.Order(), ClientSetup.All.Select(client => client.Name).Order());

    [Theory]
    [InlineData("pre-tool-use")]
    [InlineData("PreToolUse")]
    [InlineData("pre_tool_use")]
    public void An_event_may_be_written_in_any_case(string name) => Assert.Equal(HookMoment.BeforeTool, HookClient.Find("claude-code", name)!.Value.Moment);

    [Fact]
    public void Names_that_mean_nothing_are_no_hooks()
    {
        Assert.Null(HookClient.Find("claude-code", "Notification"));
        Assert.Null(HookClient.Find("emacs", "PreToolUse"));
    }
}
