using Wigwag.Core.Operations;

namespace Wigwag.Tests.Git;

public sealed class RepositoryConfigTests : IDisposable
{
    private readonly Clones _clones = new();

    public RepositoryConfigTests() => _clones.Make("dave/vc", "https://github.com/steveyegge/vc");

    public void Dispose() => _clones.Dispose();

    private async Task<List<(string, string)>> Externals() =>
        [.. (await _clones.Describe("dave/vc")).ExternalProjects.Select(external => (external.Name, external.Project))];

    private void Config(string text) => _clones.Write("dave/vc/.wigwag/config.yaml", text);

    [Fact]
    public async Task External_projects_are_read_from_both_files_and_the_first_wins()
    {
        Config("""
            # who we work with
            external_projects:
              beads:
                git_remote: git@github.com:steveyegge/beads.git
                local_path: ~/src/beads   # optional
                coordination_url: http://localhost:8765
            """);
        _clones.Write("dave/vc/.beads/coordination.yaml", """
            external_projects:
              beads: { git_remote: "https://example.org/other" }
              wyvern:
                git_remote: 'https://example.org/steve/wyvern'
            """);

        Assert.Equal([("beads", "https://github.com/steveyegge/beads"), ("wyvern", "https://example.org/steve/wyvern")], await Externals());
    }

    [Fact]
    public void The_server_of_an_external_project_can_be_asked_for()
    {
        Config("external_projects:\n  beads:\n    git_remote: a.example/b\n    coordination_url: http://localhost:8765\n");

        Assert.Equal("http://localhost:8765", _clones.Workspace("dave/vc").CoordinationUrl("beads"));
        Assert.Null(_clones.Workspace("dave/vc").CoordinationUrl("vc"));
    }

    [Fact]
    public async Task A_local_path_stands_for_the_clone_that_is_there()
    {
        _clones.Make("beads", "https://github.com/steveyegge/beads");
        Config("""
            external_projects:
              beads:
                local_path: ../../beads
              gone:
                local_path: ../../gone
            """);

        Assert.Equal([("beads", "https://github.com/steveyegge/beads")], await Externals());
        Assert.Contains("gone was left out", Assert.Single((await _clones.Describe("dave/vc")).Warnings));
    }

    [Fact]
    public async Task What_is_not_known_is_left_out_with_a_warning()
    {
        Config("""
            colour: [blue, { deep: true }]
            external_projects:
              beads:
                git_remote: https://github.com/steveyegge/beads
                branch: main
            """);

        var facts = await _clones.Describe("dave/vc");

        Assert.Single(facts.ExternalProjects);
        Assert.Equal(
            [".wigwag/config.yaml, line 1: 'colour' is not known and was left out.", ".wigwag/config.yaml, line 5: 'branch' is not known and was left out."],
            facts.Warnings);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing yet\n")]
    [InlineData("external_projects:\n")]
    [InlineData("external_projects: {}\n")]
    [InlineData("---\nexternal_projects: ~\n...\n")]
    public async Task An_empty_file_says_nothing(string text)
    {
        Config(text);

        Assert.Empty(await Externals());
    }

    [Theory]
    [InlineData("external_projects: [beads]\n", 1)]
    [InlineData("external_projects: beads\n", 1)]
    [InlineData("- a\n", 1)]
    [InlineData("external_projects:\n  beads: https://github.com/o/r\n", 2)]
    [InlineData("external_projects:\n  beads:\n    git_remote: [a]\n", 3)]
    [InlineData("external_projects:\n  beads:\n    coordination_url: http://x\n", 2)]
    [InlineData("external_projects:\n  beads:\n    git_remote: https://github.com/o/r\n    coordination_url: file:///etc/passwd\n", 4)]
    [InlineData("external_projects:\n  beads:\n    git_remote: ext::sh -c x\n", 2)]
    [InlineData("external_projects:\n  beads:\n    git_remote: a\n    git_remote: b\n", 4)]
    [InlineData("external_projects:\n  beads: &a\n    git_remote: https://github.com/o/r\n", 2)]
    [InlineData("a: &a [x]\nb: [*a, *a]\n", 1)]
    [InlineData("external_projects:\n  beads: !!System.Object\n    git_remote: x\n", 2)]
    [InlineData("external_projects:\n  beads:\n   git_remote: x\n  \tb: [\n", 3)]
    [InlineData("a: 1\n---\nb: 1\n", 2)]
    [InlineData("\"open\n", 1)]
    public async Task A_bad_file_is_refused_by_its_line(string text, int line)
    {
        Config(text);

        var error = await _clones.Refused("dave/vc");

        Assert.Equal((ErrorKind.Invalid, "bad_config"), (error.Kind, error.Code));
        Assert.StartsWith($".wigwag/config.yaml, line {line}:", error.Message);
    }

    [Fact]
    public async Task A_huge_file_is_refused()
    {
        Config(new string('#', 70_000));

        Assert.Contains("64 KiB", (await _clones.Refused("dave/vc")).Message);
    }

    [Fact]
    public async Task Deep_nesting_is_no_harm()
    {
        Config("a: " + new string('[', 20_000) + new string(']', 20_000) + "\n");

        var facts = await _clones.TryDescribe("dave/vc");

        Assert.True(facts.Error is null or { Code: "bad_config" });
    }
}
