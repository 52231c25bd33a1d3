using System.Text;

namespace Wigwag.Program.Guard;

/// <summary>The lines of a git hook that run the guard, between two marks, so that they can be put in and taken out and nothing else moves.</summary>
internal static class GuardScript
{
    private const string Begin = "# >>> wigwag guard: refuses changes to what another agent has reserved; 'wigwag guard uninstall' takes this out\n";
    private const string BeginMark = "# >>> wigwag guard";
    private const string End = "# <<< wigwag guard";
    private const string Shebang = "#!/bin/sh\n";

    /// <summary>The ending of the name under which a hook is kept that is no shell script.</summary>
    public const string Kept = ".before-wigwag";

    // Programs are looked for only in absolute folders outside of the clone, whose root is where git runs hooks: any other entry of PATH
    // would run what somebody put into the clone under the name of a program. Only what the shell does itself is used.
    private const string NarrowPath = """
        wigwag_path=$PATH wigwag_rest=$PATH: wigwag_top=$(pwd -P) PATH=
        while [ -n "$wigwag_rest" ]; do
        case $wigwag_rest in /*) case $(cd -P "${wigwag_rest%%:*}" 2>/dev/null && pwd) in
        ''|"$wigwag_top"|"$wigwag_top"/*) ;;
        *) PATH=${PATH:+$PATH:}${wigwag_rest%%:*} ;;
        esac ;; esac
        wigwag_rest=${wigwag_rest#*:}
        done

        """;

    private const string WidenPath = "PATH=$wigwag_path\n";

    private static readonly string[] Shells = ["sh", "bash", "dash", "ash", "ksh", "zsh"];

    /// <summary>A hook of the guard's own.</summary>
    public static string Whole(string hook, string? program, string? marker) => Shebang + Block(hook, program, marker);

    /// <summary>A hook of the guard's own that afterwards runs the one that was there.</summary>
    public static string Before(string hook, string? program, string? marker) =>
        Shebang + Block(hook, program, marker) + RunKept(hook);

    /// <summary>Runs the hook that was there, if git would have run it.</summary>
    public static string RunKept(string hook) => $$"""
        case $0 in */*) kept=${0%/*} ;; *) kept=. ;; esac
        kept=$kept/{{hook}}{{Kept}}
        if [ -x "$kept" ]; then exec "$kept" "$@"; fi

        """;

    /// <summary>True for what a shell runs: the lines can stand in it.</summary>
    public static bool IsShellScript(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return false;
        }
        if (!text.StartsWith("#!", StringComparison.Ordinal))
        {
            return true;
        }
        var words = FirstLine(text)[2..].Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        var name = words.Select(word => word[(word.LastIndexOf('/') + 1)..]).FirstOrDefault(word => word != "env" && !word.StartsWith('-'));
        return Shells.Contains(name);
    }

    /// <summary>The script with the guard before everything it does.</summary>
    public static string Insert(string script, string hook, string? program, string? marker)
    {
        var first = script.StartsWith("#!", StringComparison.Ordinal) ? FirstLine(script) : "";
        var block = Block(hook, program, marker);
        return first.Length > 0 && !first.EndsWith('\n')
            ? $"{first}\n{block[..^1]}"
            : first + block + script[first.Length..];
    }

    /// <summary>The script without the guard, as it was before it.</summary>
    public static string Remove(string script)
    {
        var begin = script.IndexOf(BeginMark, StringComparison.Ordinal);
        var end = begin < 0 ? -1 : script.IndexOf(End, begin, StringComparison.Ordinal);
        if (end < 0)
        {
            return script;
        }
        end += End.Length;
        if (end < script.Length)
        {
            return script.Remove(begin, end + 1 - begin);
        }
        // It was put behind a line without an end.
        return script[..Math.Max(begin - 1, 0)];
    }

    public static bool Has(string script) => script.Contains(BeginMark, StringComparison.Ordinal);

    /// <summary>The guard's lines as they stand in a script, or null.</summary>
    public static string? Find(string script)
    {
        var begin = script.IndexOf(BeginMark, StringComparison.Ordinal);
        var end = begin < 0 ? -1 : script.IndexOf(End, begin, StringComparison.Ordinal);
        return end < 0 ? null : script[begin..end] + End + "\n";
    }

    /// <param name="hook">One of <see cref="GuardFiles.Hooks"/>.</param>
    /// <param name="program">This program, or null in a file that is shared, where it goes by name and may be missing.</param>
    /// <param name="marker">A path within the repository that must be there for the guard to run, or null for all repositories.</param>
    public static string Block(string hook, string? program, string? marker)
    {
        var readsInput = hook is "pre-push" or "post-rewrite";
        var feed = readsInput ? "printf '%s\\n' \"$wigwag_input\" | " : "";
        var block = new StringBuilder(Begin).Append(NarrowPath);
        if (readsInput)
        {
            block.Append("wigwag_input=$(cat)\n");
        }
        var word = "if";
        if (marker is not null)
        {
            block.Append($"if [ ! -e \"$(git rev-parse --git-common-dir)/{marker}\" ]; then :\n");
            word = "elif";
        }
        if (Unless(hook) is { } condition)
        {
            block.Append($"{word} {condition}; then :\n");
            word = "elif";
        }
        if (program is not null)
        {
            block.Append($"{word} [ -x {Quote(program)} ]; then {feed}{Quote(program)} guard run {hook} -- \"$@\" || exit $?\n");
            word = "elif";
        }
        block.Append($"{word} command -v wigwag >/dev/null 2>&1; then {feed}wigwag guard run {hook} -- \"$@\" || exit $?\n");
        if (program is not null)
        {
            block.Append($"else echo {Quote($"wigwag: {program} is gone, so reservations were not checked; run 'wigwag doctor'.")} >&2\n");
        }
        block.Append("fi\n").Append(WidenPath);
        if (readsInput)
        {
            // Whatever comes after reads it too.
            block.Append("if [ -n \"$wigwag_input\" ]; then exec <<WIGWAG_INPUT\n$wigwag_input\nWIGWAG_INPUT\nelse exec </dev/null; fi\n");
        }
        return block.Append(End).Append('\n').ToString();
    }

    /// <summary>When the hook has nothing to look at, as a condition of the shell's; null when it always has.</summary>
    private static string? Unless(string hook) => hook switch
    {
        // Cherry-pick and revert run this hook and not pre-commit. They say so by the reflog's action where an editor is opened; where none is,
        // git commit would name an author, and a rebase would have its advice for conflicts. Any other commit has had its own hook.
        "prepare-commit-msg" =>
            "case \"$GIT_REFLOG_ACTION\" in cherry-pick*|revert*) false;; *) [ \"$2\" != message ] || [ -n \"$GIT_AUTHOR_DATE\" ] || [ -n \"$GIT_CHERRY_PICK_HELP\" ];; esac",
        // An amended commit has had pre-commit.
        "post-rewrite" => "[ \"$1\" != rebase ]",
        _ => null,
    };

    /// <summary>A word as a shell reads it back.</summary>
    public static string Quote(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '@' or ':' or '+')
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string FirstLine(string text) => text.IndexOf('\n', StringComparison.Ordinal) is var end && end < 0 ? text : text[..(end + 1)];
}
