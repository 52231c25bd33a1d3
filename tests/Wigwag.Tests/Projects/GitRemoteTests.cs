using FsCheck;
using FsCheck.Fluent;
using Wigwag.Core.Projects;

namespace Wigwag.Tests.Projects;

public sealed class GitRemoteTests
{
    private const string Secret = "hunter2-S3CRET";

    [Theory]
    [InlineData("git@github.com:o/r.git")]
    [InlineData("git@github.com:/o/r")]
    [InlineData("github.com:o/r")]
    [InlineData("https://github.com/o/r")]
    [InlineData("https://github.com/o/r.git")]
    [InlineData("https://user:pw@github.com/o/r.git/")]
    [InlineData("https://ghp_token@github.com/o/r")]
    [InlineData("https://x-access-token:p@ss@github.com/o/r")]
    [InlineData("https://github.com:443/o/r?ref=main#readme")]
    [InlineData("http://github.com:80/o/r")]
    [InlineData("ssh://git@github.com:22/o/r")]
    [InlineData("ssh://git@github.com/o/r.git")]
    [InlineData("ssh://git@ssh.github.com:443/o/r.git")]
    [InlineData("git+ssh://git@github.com/o/r")]
    [InlineData("git://github.com/O/R")]
    [InlineData("git://github.com:9418/O/R")]
    [InlineData("HTTPS://GitHub.com./o//r/")]
    [InlineData("https://www.github.com/o/./r")]
    [InlineData("https://github.com/%6F/r%2Egit")]
    [InlineData("github.com/o/r")]
    [InlineData("  https://github.com/o/r  ")]
    [InlineData("https://github.com/o/r.git.git")]
    public void Every_spelling_of_a_remote_names_one_project(string spelling) =>
        Assert.Equal("github.com/o/r", GitRemote.Normalize(spelling).Value.Value);

    [Theory]
    [InlineData("ssh://git@git.corp.example:2222/Team/App.git", "git.corp.example:2222/Team/App")]
    [InlineData("ssh://git@git.corp.example:443/t/a", "git.corp.example:443/t/a")]
    [InlineData("https://git.corp.example:8443/t/a", "git.corp.example:8443/t/a")]
    [InlineData("git.corp.example:2222/t/a", "git.corp.example:2222/t/a")]
    [InlineData("git@git.corp.example:2222/t/a", "git.corp.example/2222/t/a")]
    [InlineData("git@github.com:1234/r.git", "github.com/1234/r")]
    [InlineData("github.com:1234/r.git", "github.com/1234/r")]
    [InlineData("https://Git.Corp.Example/Team/App", "git.corp.example/Team/App")]
    [InlineData("git@[2001:DB8:0::1]:team/app.git", "[2001:db8::1]/team/app")]
    [InlineData("ssh://git@[2001:db8::1]:2222/team/app", "[2001:db8::1]:2222/team/app")]
    [InlineData("ssh://host/~ann/app.git", "host/~ann/app")]
    [InlineData("ann@host:~/app", "host/~/app")]
    [InlineData("host:C#/app.git", "host/C%23/app")]
    [InlineData("https://host/C%23/app", "host/C%23/app")]
    [InlineData("https://host/a%2fb/app", "host/a%2Fb/app")]
    [InlineData("https://host/100%/app", "host/100%25/app")]
    [InlineData("https://host/größe", "host/gr%C3%B6%C3%9Fe")]
    [InlineData("https://host/gr%c3%b6%c3%9fe", "host/gr%C3%B6%C3%9Fe")]
    [InlineData("https://bücher.example/o/r", "xn--bcher-kva.example/o/r")]
    [InlineData("git@host:repo@v2.git", "host/repo@v2")]
    [InlineData("https://gitlab.com/Group/Sub/Repo.git", "gitlab.com/group/sub/repo")]
    [InlineData("git@bitbucket.org:Team/Repo", "bitbucket.org/team/repo")]
    [InlineData("https://codeberg.org/Ann/Repo", "codeberg.org/ann/repo")]
    [InlineData("/srv/git/App.git", "local/srv/git/App")]
    [InlineData("/srv//git/./App/.git/", "local/srv/git/App")]
    [InlineData("/srv/x/../git/App", "local/srv/git/App")]
    [InlineData("file:///srv/git/App.git", "local/srv/git/App")]
    [InlineData("file://localhost/srv/git/App.git", "local/srv/git/App")]
    [InlineData(@"C:\src\app", "local/C/src/app")]
    [InlineData("/home/ann/my repo", "local/home/ann/my%20repo")]
    public void What_can_differ_is_kept(string spelling, string expected) => Assert.Equal(expected, GitRemote.Normalize(spelling).Value.Value);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("vc")]
    [InlineData("https://github.com")]
    [InlineData("https://github.com/")]
    [InlineData("https:///o/r")]
    [InlineData("https://user:" + Secret + "@/o/r")]
    [InlineData("https://user:" + Secret + "@host:port/o/r")]
    [InlineData("https://user:" + Secret + "@host:99999/o/r")]
    [InlineData("https://user:" + Secret + "@ho st/o/r")]
    [InlineData("https://user:" + Secret + "@-oProxyCommand=x/o/r")]
    [InlineData("https://user:" + Secret + "@host/../r")]
    [InlineData("https://user:" + Secret + "@host/%2e%2e/r")]
    [InlineData("https://user:" + Secret + "@host/o%00/r")]
    [InlineData("https://user:" + Secret + "@host/o\n/r")]
    [InlineData("https://user:" + Secret + "@host/o\0/r")]
    [InlineData("https://user:" + Secret + "@host/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a")]
    [InlineData("javascript://user:" + Secret + "@host/o/r")]
    [InlineData("--upload-pack=touch /tmp/" + Secret)]
    [InlineData("-oProxyCommand=" + Secret + ":o/r")]
    [InlineData("ext::sh -c " + Secret)]
    [InlineData("fd::17/" + Secret)]
    [InlineData("ssh://-oProxyCommand=" + Secret + "/o/r")]
    [InlineData("ssh://[::1%25eth0]/" + Secret)]
    [InlineData("../" + Secret)]
    [InlineData("~/" + Secret)]
    [InlineData(".")]
    [InlineData("git@:o/r")]
    public void A_hostile_or_broken_remote_is_refused_and_not_repeated(string spelling)
    {
        var error = GitRemote.Normalize(spelling).Error;

        Assert.Equal("bad_git_remote", error?.Code);
        Assert.DoesNotContain(Secret, error!.ToString());
    }

    [Fact]
    public void A_very_long_remote_is_refused_and_a_very_deep_path_hashed()
    {
        Assert.NotNull(GitRemote.Normalize("https://host/" + new string('a', 3000)).Error);
        Assert.Matches("^local/[0-9a-f]{40}$", GitRemote.Normalize("/" + string.Join('/', Enumerable.Repeat("deep", 40))).Value.Value);
    }

    [Theory]
    [InlineData("https://user:pw@git.example:8443/o/r.git?x=1", "https://git.example:8443/o/r")]
    [InlineData("git@git.example:o/r.git", "ssh://git.example/o/r")]
    [InlineData("git@github.com:o/r.git", "https://github.com/o/r")]
    [InlineData("/srv/git/r.git", "/srv/git/r.git")]
    [InlineData("git.example/o/r", null)]
    public void The_spelling_that_is_kept_has_no_credentials(string spelling, string? expected) =>
        Assert.Equal(expected, GitRemote.Parse(spelling).Value.Url);

    [Fact]
    public void Every_generated_spelling_gives_one_id_without_its_credentials() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Spellings.ToArbitrary(), remote =>
            GitRemote.Normalize(remote.Spelling).Value.Value is var id && id == remote.Id && !id.Contains(Secret, StringComparison.Ordinal)));

    [Theory]
    [InlineData("/srv/...git", "local/srv/...git")]
    [InlineData("/srv/..git/", "local/srv/..git")]
    [InlineData("https://host/o/...git", "host/o/...git")]
    [InlineData("https://host/o/...git.git", "host/o/...git")]
    public void A_name_that_would_be_the_way_up_without_its_end_keeps_it(string spelling, string id)
    {
        Assert.Equal(id, GitRemote.Normalize(spelling).Value.Value);
        Assert.Equal(id, GitRemote.Normalize(id).Value.Value);
    }

    [Fact]
    public void An_id_is_a_spelling_of_itself() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Texts.ToArbitrary(), text =>
            !GitRemote.Normalize(text).Try(out var id, out _) || GitRemote.Normalize(id.Value).Value == id));

    [Fact]
    public void No_text_at_all_makes_it_throw() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll<string>(text => text is null || GitRemote.Normalize(text) is var result && (result.Error is null) == (ProjectId.TryParse(result.Error is null ? result.Value.Value : null, out _))));

    private sealed record Remote(string Id, string Spelling);

    private static Gen<T> One<T>(params T[] values) => Gen.Elements(values);

    /// <summary>A project and one of the many ways to write its remote.</summary>
    private static Gen<Remote> Spellings =>
        from host in One("github.com", "gitlab.com", "git.example.org", "10.0.0.7", "[2001:db8::7]")
        from owner in One("o", "Some-Org", "a.b", "x_y", "~ann", "group/sub")
        from name in One("r", "My.Repo", "a+b", "größe", "c#", "sp ace", "per%cent")
        from scheme in One("scp", "ssh", "ssh:22", "https", "https:443", "http", "git", "git+ssh")
        from credentials in One("", "git@", $"user:{Secret}@", $"{Secret}@", $"a@b:{Secret}@")
        from end in One("", "/", ".git", ".git/", "//")
        from upper in One(true, false)
        let isForge = host is "github.com" or "gitlab.com"
        let path = Escape($"{owner}/{name}")
        let at = upper ? host.ToUpperInvariant() : host
        select new Remote(
            $"{host}/{(isForge ? Fold(path) : path)}",
            scheme switch
            {
                "scp" => $"{(credentials.Length == 0 ? "git@" : credentials)}{at}:{path}{end}",
                _ when scheme.Contains(':', StringComparison.Ordinal) =>
                    $"{scheme.Split(':')[0]}://{credentials}{at}:{scheme.Split(':')[1]}/{path}{end}{(scheme[0] == 'h' ? "?token=" + Secret : "")}",
                _ => $"{scheme}://{credentials}{at}/{(isForge && upper ? Shout(path) : path)}{end}",
            });

    /// <summary>Texts that look like remotes more or less.</summary>
    private static Gen<string> Texts =>
        from parts in One(
            "https://", "ssh://", "git@", "user:pw@", "github.com", "host", "host:22", "host:2222", ":", "/", "//", "o", "R", ".git", "..", ".", "~", "%2F", "%25", "%",
            "[::1]", "1234", "@", "-", "#", "?", " ", "é", "local", "C:\\").ArrayOf()
        select string.Concat(parts);

    private static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString)).Replace("%2B", "+", StringComparison.Ordinal);

    private static string Fold(string path) => Map(path, char.ToLowerInvariant);

    private static string Shout(string path) => Map(path, char.ToUpperInvariant);

    // The digits of percent-encoding are no letters of the name.
    private static string Map(string path, Func<char, char> map) =>
        string.Concat(path.Select((letter, i) => (i > 0 && path[i - 1] == '%') || (i > 1 && path[i - 2] == '%') ? letter : map(letter)));
}
