namespace Wigwag.Core.Hooks.Shell;

/// <summary>The commands of git that change files of the working copy by name.</summary>
internal static class GitPrograms
{
    public static void Write(List<ShellWord> arguments, string? input, string? folder, Targets targets)
    {
        var at = 0;
        for (; at < arguments.Count && arguments[at].Text.StartsWith('-'); at++)
        {
            switch (arguments[at].Text)
            {
                case "-C" when at + 1 < arguments.Count:
                    at++;
                    folder = arguments[at].IsKnown ? Targets.Resolve(arguments[at].Text, folder) : null;
                    break;
                case "-c" or "--git-dir" or "--work-tree":
                    at++;
                    break;
            }
        }
        if (at >= arguments.Count)
        {
            return;
        }
        var rest = arguments[(at + 1)..];
        switch (arguments[at].Text)
        {
            case "checkout":
                Checkout(rest, folder, targets);
                break;
            case "restore":
                if (!rest.Any(word => word.Text is "--staged" or "-S") || rest.Any(word => word.Text is "--worktree" or "-W"))
                {
                    Trees(Programs.Operands(rest, "-s", "--source"), folder, targets);
                }
                break;
            case "rm" or "mv":
                Trees(Programs.Operands(rest), folder, targets);
                break;
            case "apply" or "am":
                Programs.Patch(input, folder, targets);
                break;
        }
    }

    private static void Checkout(List<ShellWord> arguments, string? folder, Targets targets)
    {
        var dashes = arguments.FindIndex(word => word.Text == "--");
        if (dashes >= 0)
        {
            Trees(arguments.Skip(dashes + 1), folder, targets);
        }
        else if (!arguments.Any(word => word.Text is "-b" or "-B" or "--orphan" or "-t" or "--track" or "--detach"))
        {
            // A branch or a path: nobody reserves a branch, so both may be asked for.
            Trees(Programs.Operands(arguments), folder, targets);
        }
    }

    private static void Trees(IEnumerable<ShellWord> words, string? folder, Targets targets)
    {
        foreach (var word in words)
        {
            targets.AddTree(word, folder);
        }
    }
}
