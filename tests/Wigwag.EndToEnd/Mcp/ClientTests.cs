namespace Wigwag.EndToEnd.Mcp;

/// <summary>Other people's MCP clients find Wigwag as they expect it: the scripts of <c>tests/mcp</c>, each a list of promises.</summary>
public sealed class ClientTests(SuiteServer server) : IClassFixture<SuiteServer>
{
    [Theory]
    [InlineData("offers.test.mjs")]
    [InlineData("messages.test.mjs")]
    [InlineData("http.test.mjs")]
    [InlineData("stdio.test.mjs")]
    [InlineData("restart.test.mjs")]
    [InlineData("channel.test.mjs")]
    [InlineData("inspector.test.mjs")]
    public async Task Every_promise_of_a_script_is_kept(string script)
    {
        var outcome = await NodeScripts.Run(["--test", "--test-reporter=spec", "--test-timeout=120000", "--test-force-exit", script], server.Environment);
        Assert.True(outcome.ExitCode == 0, outcome.Output);
    }
}
