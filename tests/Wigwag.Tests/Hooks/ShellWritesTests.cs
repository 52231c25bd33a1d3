using Wigwag.Core.Hooks.Shell;

namespace Wigwag.Tests.Hooks;

/// <summary>What a shell command writes is seen where its text says it.</summary>
public sealed class ShellWritesTests
{
    [Theory]
    [InlineData("echo hi > src/a.txt", "src/a.txt")]
    [InlineData("echo hi >> 'src/with space.txt'", "src/with space.txt")]
    [InlineData("echo hi >| a; echo ho &> b; echo hu 2>c", "a", "b", "c")]
    [InlineData("make 2>&1 >/dev/null | tee build.log", "build.log")]
    [InlineData("cat < in.txt")]
    [InlineData("grep -r 'a > b' src")]
    [InlineData("echo \"a > b\" # > c")]
    [InlineData("sed -i 's/a/b/' src/a.c src/b.c", "src/a.c", "src/b.c")]
    [InlineData("sed -i.bak -e 's/a/b/' -e 's/c/d/' src/a.c", "src/a.c")]
    [InlineData("sed -Ei 's/a/b/' a.c", "a.c")]
    [InlineData("sed --in-place 's/a/b/' a.c", "a.c")]
    [InlineData("sed -n 's/a/b/p' a.c")]
    [InlineData("perl -pi -e 's/a/b/' a.c b.c", "a.c", "b.c")]
    [InlineData("rm a b -f", "a", "b")]
    [InlineData("rm -rf src/gen", "src/gen", "src/gen/**")]
    [InlineData("rm -- -f", "-f")]
    [InlineData("rm src/*.o", "src/*.o")]
    [InlineData("mv a.c b.c", "a.c", "a.c/**", "b.c", "b.c/a.c")]
    [InlineData("cp -r lib/x.c src/", "src", "src/x.c")]
    [InlineData("cp -t src a.c b.c", "src", "src/a.c", "src/b.c")]
    [InlineData("ln -sf ../x y", "y", "y/x")]
    [InlineData("tee -a a b < c", "a", "b")]
    [InlineData("dd if=/dev/zero of=disk.img bs=1M", "disk.img")]
    [InlineData("touch -d yesterday a", "a")]
    [InlineData("truncate -s 0 a", "a")]
    [InlineData("chmod +x run.sh", "run.sh")]
    [InlineData("curl -s https://example.org -o page.html", "page.html")]
    [InlineData("git checkout -- src/a.c", "src/a.c", "src/a.c/**")]
    [InlineData("git checkout HEAD~1 -- a b", "a", "a/**", "b", "b/**")]
    [InlineData("git checkout -b topic")]
    [InlineData("git restore .", "", "**")]
    [InlineData("git restore --staged a")]
    [InlineData("git -C sub restore --source=HEAD~1 a", "sub/a", "sub/a/**")]
    [InlineData("git rm old.c && git mv a b", "old.c", "old.c/**", "a", "a/**", "b", "b/**")]
    [InlineData("cd src && rm a.c; cd ..; rm b.c", "src/a.c", "b.c")]
    [InlineData("(cd src; rm a.c); rm b.c", "src/a.c", "b.c")]
    [InlineData("cd \"$BUILD\" && rm a.c")]
    [InlineData("rm \"$FILE\" b.c", "b.c")]
    [InlineData("rm ~/a.c ../outside.c", "../outside.c")]
    [InlineData("sudo -u me env A=1 rm a.c", "a.c")]
    [InlineData("A=1 B=2 timeout 5 rm a.c", "a.c")]
    [InlineData("if test -f a; then rm a; else touch b; fi", "a", "b")]
    [InlineData("bash -c 'cd src && rm a.c'", "src/a.c")]
    [InlineData("sh -ec \"echo x > y\"", "y")]
    [InlineData("eval \"rm a.c\"", "a.c")]
    [InlineData("x=$(rm a.c; echo b) && touch c", "a.c", "c")]
    [InlineData("echo `rm a.c`", "a.c")]
    [InlineData("diff <(sort -o s1 a) b > d", "s1", "d")]
    [InlineData("cat > a.c <<'EOF'\nrm not-a-command\necho > neither\nEOF\nrm b.c", "a.c", "b.c")]
    [InlineData("bash <<EOF\nrm a.c\nEOF", "a.c")]
    [InlineData("patch -p1 <<'EOF'\n--- a/src/x.c\t2026-01-01\n+++ b/src/x.c\n@@ -1 +1 @@\nEOF", "src/x.c")]
    [InlineData("patch src/x.c fix.patch", "src/x.c")]
    [InlineData("git apply <<'EOF'\n--- /dev/null\n+++ b/new.c\nEOF", "new.c")]
    [InlineData("apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: src/x.c\n*** Move to: src/y.c\n*** End Patch\nEOF", "src/x.c", "src/y.c")]
    [InlineData("npm test && ls -la | wc -l")]
    [InlineData("'unfinished")]
    [InlineData("rm a \\\n  b", "a", "b")]
    public void The_files_that_a_command_writes_are_found(string command, params string[] paths) =>
        Assert.Equal(
            paths.Select(path => path == "**" ? "/repo/**" : path.Length == 0 ? "/repo" : Path.GetFullPath(path, "/repo")).Order(StringComparer.Ordinal),
            ShellWrites.Of(command, "/repo").Select(target => target.Path.Length > 1 ? target.Path.TrimEnd('/') : target.Path).Order(StringComparer.Ordinal));

    [Fact]
    public void Only_what_a_shell_would_expand_is_a_pattern()
    {
        Assert.True(Assert.Single(ShellWrites.Of("rm app/*.c", "/repo")).IsPattern);
        Assert.False(Assert.Single(ShellWrites.Of("rm 'app/[id].tsx'", "/repo")).IsPattern);
    }

    [Fact]
    public void Any_text_is_read_to_its_end()
    {
        var random = new Random(7);
        const string alphabet = "ab /\\'\"$`(){}<>|&;#\n~*-=EOF";
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => alphabet[random.Next(alphabet.Length)])]);
            Assert.NotNull(ShellWrites.Of(text, "/repo"));
        }
        Assert.NotNull(ShellWrites.Of(string.Concat(Enumerable.Repeat("$(", 50_000)), "/repo"));
        Assert.NotNull(ShellWrites.Of(new string('(', 200_000), "/repo"));
    }
}
