namespace Wigwag.Core.Hooks.Shell;

/// <summary>
/// What a shell command writes, as far as its text says: redirections, and the arguments of the programs that change files. A hint, as
/// a reservation is one; what it cannot see, the guard sees at the commit.
/// </summary>
public static class ShellWrites
{
    private const int LongestCommand = 256 * 1024;
    private const int MostTargets = 500;
    private const int DeepestScript = 4;

    private static readonly HashSet<string> Keywords = ["if", "then", "else", "elif", "do", "while", "until", "{", "}", "!", "time", "command", "builtin", "exec", "nohup", "sudo", "doas", "env", "nice", "ionice", "stdbuf", "timeout"];

    /// <summary>The paths that a command writes when it is run in a folder; those outside any folder that is known are left out.</summary>
    /// <param name="command">What the shell would be given.</param>
    /// <param name="folder">Where; absolute.</param>
    public static List<WriteTarget> Of(string command, string folder)
    {
        var targets = new Targets();
        if (command.Length <= LongestCommand)
        {
            Script(command, folder, targets, 0);
        }
        return [.. targets.Found.Take(MostTargets)];
    }

    private static void Script(string script, string? folder, Targets targets, int nesting)
    {
        // The folder that each subshell is in; leaving one goes back to where the one around it is.
        var folders = new List<string?> { folder };
        foreach (var command in ShellReader.Read(script))
        {
            while (folders.Count <= command.Depth)
            {
                folders.Add(folders[^1]);
            }
            folders.RemoveRange(command.Depth + 1, folders.Count - command.Depth - 1);
            var here = folders[command.Depth];
            foreach (var written in command.Written)
            {
                targets.Add(written, here);
            }
            var words = Unwrapped(command.Words);
            if (words.Count == 0 || !words[0].IsKnown)
            {
                continue;
            }
            var name = words[0].Text[(words[0].Text.LastIndexOf('/') + 1)..];
            if (name is "cd" or "pushd")
            {
                folders[command.Depth] = words.Count > 1 && words[1].IsKnown ? Targets.Resolve(words[1].Text, here) : null;
            }
            else if (name is "sh" or "bash" or "zsh" or "dash" or "ksh" && nesting < DeepestScript)
            {
                var option = words.FindIndex(word => word.Text.StartsWith('-') && !word.Text.StartsWith("--", StringComparison.Ordinal) && word.Text.Contains('c', StringComparison.Ordinal));
                if (option > 0 && option + 1 < words.Count)
                {
                    Script(words[option + 1].Text, here, targets, nesting + 1);
                }
                else if (command.Input is { } piped)
                {
                    Script(piped, here, targets, nesting + 1);
                }
            }
            else if (name == "eval" && nesting < DeepestScript)
            {
                Script(string.Join(' ', words.Skip(1).Select(word => word.Text)), here, targets, nesting + 1);
            }
            else
            {
                Programs.Write(name, words[1..], command.Input, here, targets);
            }
        }
    }

    /// <summary>The words from the program's name on.</summary>
    private static List<ShellWord> Unwrapped(List<ShellWord> words)
    {
        var at = 0;
        while (at < words.Count)
        {
            var text = words[at].Text;
            if (IsAssignment(text))
            {
                at++;
                continue;
            }
            if (!Keywords.Contains(text))
            {
                break;
            }
            at++;
            while (at < words.Count && (words[at].Text.StartsWith('-') || IsAssignment(words[at].Text)))
            {
                // sudo -u name, nice -n 5
                at += words[at].Text is "-u" or "-n" or "-g" or "-k" or "-s" ? 2 : 1;
            }
            at += text == "timeout" ? 1 : 0;
        }
        return words[Math.Min(at, words.Count)..];
    }

    private static bool IsAssignment(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && !char.IsAsciiDigit(text[0]) && text.AsSpan(0, equals).IndexOfAnyExcept(NameCharacters) < 0;
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+");
}
