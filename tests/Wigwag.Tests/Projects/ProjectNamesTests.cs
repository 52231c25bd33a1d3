using Wigwag.Core.Agents;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Projects;

public sealed class ProjectNamesTests : IAsyncDisposable
{
    private readonly World _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private Task<Project> Register(string remote, string? name = null, Caller? caller = null) =>
        _world.Do(RegisterProject.Operation, new() { Project = remote, Name = name }, caller);

    [Theory]
    [InlineData("vc")]
    [InlineData("VC")]
    [InlineData("github.com/steveyegge/vc")]
    [InlineData("git@github.com:steveyegge/vc.git")]
    [InlineData("https://user:pw@github.com/SteveYegge/VC/")]
    [InlineData("steveyegge/vc")]
    public async Task A_project_is_found_by_its_name_its_id_any_spelling_and_the_end_of_its_id(string reference)
    {
        var vc = await Register(World.Vc);

        Assert.Equal(vc, (await _world.Find(reference)).Value);
    }

    [Fact]
    public async Task A_short_name_that_is_taken_gets_its_owner_and_then_a_number()
    {
        var names = new List<string>();
        foreach (var remote in new[] { World.Vc, "https://github.com/fred/vc", "https://gitlab.com/fred/vc", "/srv/git/vc.git" })
        {
            names.Add((await Register(remote)).Name);
        }

        Assert.Equal(["vc", "fred-vc", "vc-2", "vc-3"], names);
    }

    [Fact]
    public async Task Registering_a_project_again_changes_nothing()
    {
        var first = await Register(World.Vc);
        _world.Clock.Pass(TimeSpan.FromDays(1));

        Assert.Equal(first, await Register("https://github.com/steveyegge/vc", "other"));
        Assert.Equal(["project.registered"], await _world.Kinds());
    }

    [Fact]
    public async Task No_credential_reaches_the_store()
    {
        await Register("https://ann:hunter2@git.example.org/o/r.git?token=hunter2");

        Assert.DoesNotContain("hunter2", string.Concat((await _world.Events()).Select(fact => fact.Fact.GetRawText())));
        var unknown = await _world.Find("https://ann:hunter2@git.example.org/o/other.git");
        Assert.DoesNotContain("hunter2", unknown.Error!.ToString());
    }

    [Theory]
    [InlineData("baeds", "beads")]
    [InlineData("bead", "beads")]
    [InlineData("github.com/fred/beads", "beads")]
    [InlineData("git@github.com:steveyegge/baeds.git", "github.com/steveyegge/beads")]
    public async Task An_unknown_name_lists_the_near_ones(string reference, string offered)
    {
        await Register(World.Vc);
        await Register(World.Beads);

        var error = (await _world.Find(reference)).Error!;

        Assert.Equal("unknown_project", error.Code);
        Assert.Contains(offered, error.Next);
        Assert.DoesNotContain("vc", error.Next);
    }

    [Fact]
    public async Task The_end_of_several_ids_is_ambiguous_and_lists_them()
    {
        await Register("https://github.com/o/r");
        await Register("https://gitlab.com/o/r");

        var error = (await _world.Find("o/r")).Error!;

        Assert.Equal((ErrorKind.Conflict, "ambiguous_project"), (error.Kind, error.Code));
        Assert.Contains("github.com/o/r", error.Message);
        Assert.Contains("gitlab.com/o/r", error.Message);
    }

    [Fact]
    public async Task Without_a_name_the_project_one_stands_in_is_meant()
    {
        var agent = await _world.Register(World.Clone(World.Vc, "/src/vc"));

        Assert.Equal("vc", (await _world.Find(null, World.As(agent))).Value.Name);
        Assert.Equal("no_project", (await _world.Find(null)).Error!.Code);
    }

    [Fact]
    public async Task What_a_repository_calls_another_project_comes_first_and_only_for_its_agents()
    {
        await Register("https://github.com/somebody/beads");
        var vc = await _world.Register(World.Clone(World.Vc, "/src/vc") with { ExternalProjects = [new() { Name = "Beads", Project = "https://u:p@github.com/steveyegge/beads.git" }] });

        Assert.Equal("unknown_project", (await _world.Find("beads", World.As(vc))).Error!.Code);
        var opened = (await _world.Find("beads", World.As(vc), write: true)).Value;
        Assert.Equal(("github.com/steveyegge/beads", "steveyegge-beads"), (opened.ProjectId.Value, opened.Name));
        Assert.Equal(opened, (await _world.Find("beads", World.As(vc))).Value);
        Assert.Equal("github.com/somebody/beads", (await _world.Find("beads")).Value.ProjectId.Value);

        await _world.Register(World.Clone(World.Vc, "/src/vc") with { ExternalProjects = [] });
        Assert.Equal("github.com/somebody/beads", (await _world.Find("beads", World.As(vc))).Value.ProjectId.Value);
    }

    [Fact]
    public async Task A_broken_external_project_is_refused_by_its_name()
    {
        var error = await _world.Refused(RegisterAgent.Operation, World.Clone(World.Vc, "/src/vc") with { ExternalProjects = [new() { Name = "beads", Project = "ext::sh -c x" }] });

        Assert.Equal("bad_git_remote", error.Code);
        Assert.StartsWith("external_projects.beads:", error.Message);
    }

    [Fact]
    public async Task A_fork_becomes_the_same_project_by_an_alias_and_its_agents_keep_their_ids()
    {
        await _world.Register(World.Clone(World.Vc, "/src/vc"));
        var fork = await _world.Register(World.Clone("git@github.com:fred/vc.git", "/fred/vc", "fred"));

        await _world.Do(AliasProject.Operation, new() { Name = "https://github.com/fred/vc", Project = "vc" });

        var again = await _world.Register(World.Clone("git@github.com:fred/vc.git", "/fred/vc", "fred"));
        Assert.Equal(("fred/fred-vc", "fred/fred-vc"), (fork.AgentId.Value, again.AgentId.Value));
        Assert.Equal(("github.com/steveyegge/vc", "vc"), (again.Project.Value, again.ProjectName));
        Assert.Equal("second/vc", (await _world.Register(World.Clone("git@github.com:fred/vc.git", "/2/vc", "second"))).AgentId.Value);
        var shown = await _world.Do(ShowProject.Operation, new() { Project = "fred-vc" });
        Assert.Equal(["fred-vc", "github.com/fred/vc"], shown.Aliases);
        Assert.Equal(3, shown.Agents.Count);
        Assert.Equal(["vc"], (await _world.Do(ListProjects.Operation, new())).Projects.Select(project => project.Name));
    }

    [Fact]
    public async Task A_project_with_issues_of_its_own_does_not_become_another()
    {
        await Register(World.Vc);
        await Register("https://github.com/fred/vc");
        var agent = await _world.Register(World.Clone("https://github.com/fred/vc", "/fred/vc"));
        await _world.OpenIssue(agent);

        Assert.Equal("project_in_use", (await _world.Refused(AliasProject.Operation, new() { Name = "github.com/fred/vc", Project = "vc" })).Code);
    }

    [Fact]
    public async Task A_project_whose_agents_have_mail_does_not_become_another()
    {
        await Register(World.Vc);
        await Register(World.Beads);
        var agent = await _world.Register(World.Clone("https://github.com/fred/vc", "/fred/vc"));
        await _world.Do(SendMessage.Operation, new() { To = "beads", Subject = "Parser crash" }, World.As(agent));

        Assert.Equal("project_in_use", (await _world.Refused(AliasProject.Operation, new() { Name = "github.com/fred/vc", Project = "vc" })).Code);
    }

    [Fact]
    public async Task A_repository_with_issues_that_gets_a_remote_keeps_its_id_and_answers_to_the_remote()
    {
        var commit = ProjectId.OfRootCommit(new string('a', 40));
        var before = await _world.Register(World.Clone(commit.Value, "/src/new") with { ProjectName = "new" });
        await _world.OpenIssue(before);

        var after = await _world.Register(World.Clone("git@github.com:ann/new.git", "/src/new"));

        Assert.Equal((before.AgentId, commit), (after.AgentId, after.Project));
        Assert.Equal(("new", "https://github.com/ann/new"), ((await _world.Find("github.com/ann/new")).Value.Name, (await _world.Find("new")).Value.Remote));
    }

    [Fact]
    public async Task A_project_answers_to_a_new_short_name_and_to_the_former_one()
    {
        await _world.Register(World.Clone(World.Vc, "/src/vc"));
        await _world.Do(RenameProject.Operation, new() { Project = "vc", Name = "vibe" });
        await _world.Do(AliasProject.Operation, new() { Name = "vcode", Project = "vibe" });

        foreach (var name in new[] { "vc", "vibe", "vcode" })
        {
            Assert.Equal("vibe", (await _world.Find(name)).Value.Name);
        }
        Assert.Equal("main/vc", (await _world.Register(World.Clone(World.Vc, "/src/vc"))).AgentId.Value);
        Assert.Equal("main/vibe", (await _world.Register(World.Clone(World.Vc, "/2/vc"))).AgentId.Value);
        Assert.Equal("fred-vc", (await Register("https://github.com/fred/vc")).Name);
    }

    [Fact]
    public async Task A_name_that_is_taken_or_no_name_at_all_is_refused()
    {
        await Register(World.Vc);
        await Register(World.Beads);

        Assert.Equal("project_name_taken", (await _world.Refused(RenameProject.Operation, new() { Project = "vc", Name = "beads" })).Code);
        Assert.Equal("project_name_taken", (await _world.Refused(AliasProject.Operation, new() { Project = "vc", Name = "beads" })).Code);
        Assert.Equal("bad_project_name", (await _world.Refused(RenameProject.Operation, new() { Project = "vc", Name = "My Project" })).Code);
        Assert.Equal("bad_git_remote", (await _world.Refused(AliasProject.Operation, new() { Project = "vc", Name = "--upload-pack=x" })).Code);
    }

    [Fact]
    public async Task Only_operators_and_administrators_name_projects()
    {
        var agent = await _world.Register(World.Clone(World.Vc, "/src/vc"));
        var key = World.As(agent) with { Role = Role.Agent };

        Assert.Equal("role_too_low", (await _world.Refused(RenameProject.Operation, new() { Project = "vc", Name = "x" }, key)).Code);
        Assert.Equal("role_too_low", (await _world.Refused(AliasProject.Operation, new() { Project = "vc", Name = "x" }, key)).Code);
    }

    [Fact]
    public async Task Projects_are_listed_in_pages_as_far_as_the_key_reaches()
    {
        foreach (var i in Enumerable.Range(0, 7))
        {
            await Register($"https://github.com/o/p{i}");
        }
        var key = new Caller { Credential = "k", Role = Role.Reader, Projects = new HashSet<ProjectId> { ProjectId.Parse("github.com/o/p1"), ProjectId.Parse("github.com/o/p5"), ProjectId.Parse("github.com/o/p6") } };

        var first = await _world.Do(ListProjects.Operation, new() { Limit = 2 }, key);
        var second = await _world.Do(ListProjects.Operation, new() { Limit = 2, Cursor = first.NextCursor }, key);

        Assert.Equal(["p1", "p5"], first.Projects.Select(project => project.Name));
        Assert.Equal(["p6"], second.Projects.Select(project => project.Name));
        Assert.Null(second.NextCursor);
    }
}
