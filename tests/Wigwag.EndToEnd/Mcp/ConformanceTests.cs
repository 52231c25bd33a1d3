using System.Text.Json;
using System.Text.RegularExpressions;

namespace Wigwag.EndToEnd.Mcp;

/// <summary>The official conformance suite, its current release and the next one, which knows 2026-07-28.</summary>
public sealed partial class ConformanceTests(ConformanceRun run) : IClassFixture<ConformanceRun>
{
    /// <summary>Scenarios that call tools, read resources or get prompts of the suite's own test server.</summary>
    private static readonly string[] NeedTestServer =
    [
        "tools-call-simple-text", "tools-call-image", "tools-call-audio", "tools-call-embedded-resource", "tools-call-mixed-content",
        "tools-call-with-logging", "tools-call-error", "tools-call-with-progress", "tools-call-sampling", "tools-call-elicitation",
        "json-schema-2020-12", "elicitation-sep1034-defaults", "elicitation-sep1330-enums",
        "resources-read-text", "resources-read-binary", "resources-templates-read",
        "prompts-get-simple", "prompts-get-with-args", "prompts-get-embedded-resource", "prompts-get-with-image",
        "input-required-result-basic-elicitation", "input-required-result-basic-sampling", "input-required-result-basic-list-roots",
        "input-required-result-request-state", "input-required-result-multiple-input-requests", "input-required-result-multi-round",
        "input-required-result-non-tool-request", "input-required-result-result-type", "input-required-result-tampered-state",
        "input-required-result-capability-check",
        // A tool that mirrors an argument into a header of its own.
        "http-custom-header-server-validation",
    ];

    /// <summary>Scenarios of the extension for tasks, which Wigwag does not offer.</summary>
    private static readonly string[] NeedTasks =
    [
        "tasks-lifecycle", "tasks-capability-negotiation", "tasks-wire-fields", "tasks-request-state-removal", "tasks-mrtr-input",
        "tasks-request-headers", "tasks-dispatch-and-envelope", "tasks-required-task-error", "tasks-mrtr-composition",
    ];

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Every_scenario_that_asks_no_test_server_passes(string suite)
    {
        var results = await run.Of(suite);
        var excused = NeedTestServer.Concat(NeedTasks).ToHashSet();
        var failures = results
            .Where(result => !excused.Contains(result.Scenario))
            .SelectMany(result => result.Checks.Where(check => check.Status == "FAILURE" && !NeedsDiagnosticTool(check)).Select(check => $"{result.Scenario}: {check}"))
            .ToList();
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.True(results.Count(result => !excused.Contains(result.Scenario)) >= 12);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task No_scenario_is_excused_that_would_pass(string suite)
    {
        var results = await run.Of(suite);
        var passing = results.Where(result => result.Checks.Count > 0 && result.Checks.All(check => check.Status != "FAILURE")).Select(result => result.Scenario);
        Assert.Empty(passing.Intersect(NeedTestServer.Concat(NeedTasks)));
    }

    public static TheoryData<string> Suites => ["@modelcontextprotocol/conformance", "conformance-next"];

    // One scenario mixes checks of the protocol with checks that look at the suite's own tools; those say so.
    private static bool NeedsDiagnosticTool(ConformanceRun.Check check) => DiagnosticTool().IsMatch(check.Message ?? "");

    [GeneratedRegex("^Not testable: server does not list the diagnostic tool '(test_missing_capability|test_streaming_elicitation|test_logging_tool)'")]
    private static partial Regex DiagnosticTool();
}

/// <summary>Runs a suite once against one server.</summary>
public sealed class ConformanceRun : IAsyncLifetime
{
    private readonly SuiteServer _server = new();
    private readonly string _results = Directory.CreateTempSubdirectory("wigwag-conformance-").FullName;
    private readonly Dictionary<string, IReadOnlyList<Result>> _done = [];

    public sealed record Check(string Id, string Status, string? Message);

    public sealed record Result(string Scenario, IReadOnlyList<Check> Checks);

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_results, recursive: true);
    }

    /// <summary>What each scenario of a suite found.</summary>
    public async Task<IReadOnlyList<Result>> Of(string suite)
    {
        if (_done.TryGetValue(suite, out var results))
        {
            return results;
        }
        var directory = Directory.CreateDirectory(Path.Combine(_results, suite.Replace('/', '-'))).FullName;
        // Its exit code counts the scenarios that need its own test server; what it found is read from its files.
        var outcome = await NodeScripts.Run(
            [$"node_modules/{suite}/dist/index.js", "server", "--url", $"{_server.Url}/mcp", "--suite", "all", "--output-dir", directory], new Dictionary<string, string?>());
        _done[suite] = results = [.. Directory.EnumerateFiles(directory, "checks.json", SearchOption.AllDirectories).Select(Read)];
        Assert.True(results.Count > 20, outcome.Output);
        return results;
    }

    private static Result Read(string file)
    {
        using var checks = JsonDocument.Parse(File.ReadAllBytes(file));
        // server-tools-list-2026-11-21T07-50-30-571Z
        var folder = Path.GetFileName(Path.GetDirectoryName(file))!;
        var scenario = folder[(folder.StartsWith("server-", StringComparison.Ordinal) ? "server-".Length : 0)..^"-2026-11-21T07-50-30-571Z".Length];
        return new(scenario, [.. checks.RootElement.EnumerateArray().Select(check => new Check(
            check.GetProperty("id").GetString()!,
            check.GetProperty("status").GetString()!,
            check.TryGetProperty("errorMessage", out var message) ? message.GetString() : null))]);
    }
}
