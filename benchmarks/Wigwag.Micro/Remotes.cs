using BenchmarkDotNet.Attributes;
using Wigwag.Core.Projects;

namespace Wigwag.Micro;

/// <summary>The project that a git remote names.</summary>
public class Remotes
{
    [Params("git@github.com:Owner/Repo.git", "https://user:token@github.com/owner/repo/", "ssh://git@git.example.org:2222/team/tools/repo.git", "/srv/git/repo.git")]
    public string Remote { get; set; } = "";

    [Benchmark]
    public ProjectId Normalize() => GitRemote.Normalize(Remote).Value;
}
