using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Git;

namespace Wigwag.Tests.Git;

public sealed class WorkspaceTests : IDisposable
{
    private const string Vc = "git@github.com:steveyegge/vc.git";

    private readonly Clones _clones = new();

    public void Dispose() => _clones.Dispose();

    [Fact]
    public async Task A_clone_says_its_project_its_name_and_its_operator()
    {
        _clones.Make("src/dave/vc", "https://ann:hunter2@github.com/SteveYegge/vc.git");

        var facts = await _clones.Describe("src/dave/vc");

        Assert.Equal(("github.com/steveyegge/vc", "https://github.com/steveyegge/vc", "dave"), (facts.ProjectId.Value, facts.Project, facts.WorkspaceName));
        Assert.Equal(("Ann Lee", "ann@example.org"), (facts.OperatorName, facts.OperatorEmail));
        Assert.Equal((Workspace.Host, _clones["src/dave/vc"]), (facts.Host, facts.Path));
        Assert.Null(facts.ProjectName);
        Assert.DoesNotContain("hunter2", facts.ToString());
    }

    [Fact]
    public async Task A_subdirectory_a_symbolic_link_and_the_git_folder_are_the_same_workspace()
    {
        _clones.Make("dave/vc", Vc);
        Directory.CreateDirectory(_clones["dave/vc/a/b"]);
        Directory.CreateSymbolicLink(_clones["link"], _clones["dave/vc/a"]);

        foreach (var folder in new[] { "dave/vc/a/b", "link/b", "dave/vc/.git", "dave/vc/.git/refs" })
        {
            var facts = await _clones.Describe(folder);
            Assert.Equal((_clones["dave/vc"], "dave", "github.com/steveyegge/vc"), (facts.Path, facts.WorkspaceName, facts.ProjectId.Value));
            Assert.Equal(_clones.Workspace("dave/vc").Fingerprint, facts.Fingerprint);
        }
    }

    [Fact]
    public async Task A_worktree_is_a_workspace_of_its_own_by_its_own_folder()
    {
        _clones.Make("src/vc", Vc);
        _clones.Git("src/vc", "worktree", "add", "-q", _clones["src/vc-Feature"]);

        var facts = await _clones.Describe("src/vc-Feature");

        Assert.Equal(("github.com/steveyegge/vc", "vc-feature", _clones["src/vc-Feature"]), (facts.ProjectId.Value, facts.WorkspaceName, facts.Path));
        Assert.Equal("main", (await _clones.Describe("src/vc")).WorkspaceName);
    }

    [Fact]
    public async Task A_submodule_is_a_clone_of_its_own_project()
    {
        _clones.Make("beads");
        _clones.Make("dave/vc", Vc);
        _clones.Git("dave/vc", "submodule", "--quiet", "add", _clones["beads"], "deps/beads");
        _clones.Git("dave/vc/deps/beads", "remote", "set-url", "origin", "https://github.com/steveyegge/beads");

        var facts = await _clones.Describe("dave/vc/deps/beads");

        Assert.Equal(("github.com/steveyegge/beads", _clones["dave/vc/deps/beads"]), (facts.ProjectId.Value, facts.Path));
    }

    [Fact]
    public async Task An_alias_by_insteadOf_names_the_same_project()
    {
        _clones.Make("dave/vc", "gh:steveyegge/vc");
        _clones.Git("dave/vc", "config", "url.https://github.com/.insteadOf", "gh:");

        Assert.Equal("github.com/steveyegge/vc", (await _clones.Describe("dave/vc")).ProjectId.Value);
    }

    [Fact]
    public async Task Origin_decides_then_the_upstream_of_the_branch_then_the_only_remote()
    {
        _clones.Make("vc");
        _clones.Git("vc", "remote", "add", "fred", "https://github.com/fred/vc");
        Assert.Equal("github.com/fred/vc", (await _clones.Describe("vc")).ProjectId.Value);

        _clones.Git("vc", "remote", "add", "upstream", Vc);
        var error = await _clones.Refused("vc");
        Assert.Equal((ErrorKind.Conflict, "ambiguous_remote"), (error.Kind, error.Code));
        Assert.Contains("fred (github.com/fred/vc), upstream (github.com/steveyegge/vc)", error.Message);

        _clones.Git("vc", "config", "branch.main.remote", "upstream");
        Assert.Equal("github.com/steveyegge/vc", (await _clones.Describe("vc")).ProjectId.Value);

        _clones.Git("vc", "remote", "add", "origin", "https://github.com/ann/vc");
        Assert.Equal("github.com/ann/vc", (await _clones.Describe("vc")).ProjectId.Value);
    }

    [Fact]
    public async Task Without_a_remote_the_root_commit_is_the_project_in_every_clone()
    {
        _clones.Make("dave/vc");
        var commit = _clones.Git("dave/vc", "rev-parse", "HEAD");
        _clones.Git("dave/vc", "commit", "-q", "--allow-empty", "-m", "more");
        _clones.Git(".", "clone", "-q", _clones["dave/vc"], _clones["fred/vc"]);

        var first = await _clones.Describe("dave/vc");
        var second = await _clones.Describe("fred/vc");

        Assert.Equal(($"local/{commit}", "vc"), (first.Project, first.ProjectName));
        Assert.Equal((first.ProjectId, "fred"), (second.ProjectId, second.WorkspaceName));
    }

    [Fact]
    public async Task A_clone_of_a_clone_on_this_machine_is_the_same_project()
    {
        _clones.Make("dave/vc", Vc);
        _clones.Git(".", "clone", "-q", _clones["dave/vc"], _clones["fred/vc"]);

        Assert.Equal("github.com/steveyegge/vc", (await _clones.Describe("fred/vc")).ProjectId.Value);
    }

    [Fact]
    public async Task A_bare_repository_on_this_machine_is_named_by_its_place()
    {
        _clones.Make("seed");
        _clones.Git(".", "clone", "-q", "--bare", _clones["seed"], _clones["hub/vc.git"]);
        _clones.Git("hub/vc.git", "remote", "remove", "origin");
        _clones.Git("dave", "clone", "-q", "../hub/vc.git", "vc");
        _clones.Git("fred", "clone", "-q", $"file://{_clones["hub/vc.git"]}", "vc");

        var expected = GitRemote.Normalize(_clones["hub/vc.git"]).Value;
        foreach (var folder in new[] { "dave/vc", "fred/vc", "hub/vc.git" })
        {
            Assert.Equal(expected, (await _clones.Describe(folder)).ProjectId);
        }
        Assert.Equal("vc", expected.LastSegment);
    }

    [Fact]
    public async Task Without_a_commit_the_folder_is_the_project_and_the_first_commit_is_noticed()
    {
        _clones.Git("dave/new", "init", "-q", "-b", "main");
        var before = await _clones.Describe("dave/new");
        _clones.Git("dave/new", "commit", "-q", "--allow-empty", "-m", "begin");
        var after = await _clones.Describe("dave/new");

        Assert.Equal((ProjectId.OfFolder(Workspace.Host, _clones["dave/new"]), "new"), (before.ProjectId, before.ProjectName));
        Assert.NotEqual(before.Fingerprint, after.Fingerprint);
        Assert.Equal($"local/{_clones.Git("dave/new", "rev-parse", "HEAD")}", after.ProjectId.Value);
    }

    [Fact]
    public void Outside_of_a_repository_one_is_told_what_to_do()
    {
        Directory.CreateDirectory(_clones["nowhere"]);

        var error = Workspace.Discover(_clones["nowhere"]).Error!;

        Assert.Equal((ErrorKind.Invalid, "not_a_repository"), (error.Kind, error.Code));
        Assert.Contains("--project", error.Next);
    }

    [Fact]
    public void The_fingerprint_changes_when_a_remote_or_the_configuration_does_and_not_otherwise()
    {
        _clones.Make("dave/vc", Vc);
        var first = _clones.Workspace("dave/vc").Fingerprint;
        _clones.Write("dave/vc/readme.md", "text");
        _clones.Git("dave/vc", "commit", "-q", "--allow-empty", "-m", "more");
        Assert.Equal(first, _clones.Workspace("dave/vc").Fingerprint);

        _clones.Git("dave/vc", "remote", "set-url", "origin", "https://github.com/fred/vc.git");
        var second = _clones.Workspace("dave/vc").Fingerprint;
        Assert.NotEqual(first, second);

        _clones.Write("dave/vc/.wigwag/config.yaml", "external_projects:\n");
        Assert.NotEqual(second, _clones.Workspace("dave/vc").Fingerprint);
    }

    [Theory]
    [InlineData("src/dave/vc", "dave")]
    [InlineData("src/Dave Smith/vc", "dave-smith")]
    [InlineData("src/vc", "main")]
    [InlineData("Code/vc", "main")]
    [InlineData("repos/vc", "main")]
    [InlineData("projects/vc", "main")]
    [InlineData("work/vc", "main")]
    [InlineData("git/vc", "main")]
    [InlineData("home/vc", "main")]
    [InlineData("tmp/vc", "main")]
    [InlineData("tmp.a1B2c3D4/vc", "main")]
    [InlineData("all/vc", "main")]
    [InlineData("src/github.com/steveyegge/vc", "main")]
    [InlineData("___/vc", "main")]
    public async Task The_parent_folder_names_the_workspace_where_it_names_somebody(string folder, string expected)
    {
        _clones.Make(folder, Vc);

        Assert.Equal(expected, (await _clones.Describe(folder)).WorkspaceName);
    }

    [Fact]
    public async Task A_broken_repository_is_explained_without_its_secrets()
    {
        _clones.Make("dave/vc", "https://ann:hunter2@github.com/o/r");
        File.AppendAllText(_clones["dave/vc/.git/config"], "[remote \"origin\n");

        var error = await _clones.Refused("dave/vc");

        Assert.Equal("git_failed", error.Code);
        Assert.DoesNotContain("hunter2", error.ToString());
    }

    [Fact]
    public async Task A_repository_of_another_user_is_explained()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can give a folder away.");
        _clones.Make("dave/vc", Vc);
        using (var chown = System.Diagnostics.Process.Start("chown", ["-R", "nobody", _clones["dave/vc"]]))
        {
            await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var error = await _clones.Refused("dave/vc");

        Assert.Equal("unsafe_repository", error.Code);
        Assert.Contains($"git config --global --add safe.directory '{_clones["dave/vc"]}'", error.Next);
    }

    [Fact]
    public async Task Facts_become_the_properties_of_a_registration()
    {
        _clones.Make("dave/vc", Vc);
        _clones.Write("dave/vc/.wigwag/config.yaml", "external_projects:\n  beads:\n    git_remote: https://u:pw@github.com/steveyegge/beads.git\n");

        var facts = await _clones.Describe("dave/vc");

        Assert.Equal("https://github.com/steveyegge/vc", (string?)facts[WorkspaceFact.Project]);
        Assert.Equal("""[{"name":"beads","project":"https://github.com/steveyegge/beads"}]""", facts[WorkspaceFact.ExternalProjects]!.ToJsonString());
        Assert.Equal(8, Enum.GetValues<WorkspaceFact>().Count(fact => facts[fact] is not null)); // all but a name for the project, which its remote has
    }
}
