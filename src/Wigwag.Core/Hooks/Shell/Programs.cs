namespace Wigwag.Core.Hooks.Shell;

/// <summary>The programs that change files, and which of their arguments they change.</summary>
internal static class Programs
{
    /// <summary>Adds what a program writes.</summary>
    /// <param name="name">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">Its here-document, or null.</param>
    /// <param name="folder">Where it is run, or null when that is not known.</param>
    /// <param name="targets">Where the paths go.</param>
    public static void Write(string name, List<ShellWord> arguments, string? input, string? folder, Targets targets)
    {
        switch (name)
        {
            case "rm":
                var isTree = arguments.Any(word => IsCluster(word.Text, 'r') || IsCluster(word.Text, 'R') || word.Text == "--recursive");
                foreach (var word in Operands(arguments))
                {
                    if (isTree)
                    {
                        targets.AddTree(word, folder);
                    }
                    else
                    {
                        targets.Add(word, folder);
                    }
                }
                break;
            case "unlink" or "tee":
                AddAll(Operands(arguments), folder, targets);
                break;
            case "shred":
                AddAll(Operands(arguments, "-n", "-s"), folder, targets);
                break;
            case "truncate":
                AddAll(Operands(arguments, "-s", "-r", "--size", "--reference"), folder, targets);
                break;
            case "touch":
                AddAll(Operands(arguments, "-d", "-r", "-t"), folder, targets);
                break;
            case "chmod":
                AddAll(Operands(arguments).Skip(1), folder, targets);
                break;
            case "mv":
                Copy(arguments, folder, targets, moves: true);
                break;
            case "cp" or "install" or "ln" or "rsync":
                Copy(arguments, folder, targets, moves: false);
                break;
            case "sed" or "gsed":
                if (arguments.Any(word => IsCluster(word.Text, 'i') || word.Text.StartsWith("--in-place", StringComparison.Ordinal)))
                {
                    AddAll(Edited(arguments, "-e", "-f", "--expression", "--file"), folder, targets);
                }
                break;
            case "perl" or "ruby":
                if (arguments.Any(word => IsCluster(word.Text, 'i')))
                {
                    AddAll(Edited(arguments, "-e", "-pe", "-ne", "-pie", "-nie", "-E"), folder, targets);
                }
                break;
            case "dd":
                foreach (var word in arguments.Where(word => word.Text.StartsWith("of=", StringComparison.Ordinal)))
                {
                    targets.Add(word with { Text = word.Text[3..] }, folder);
                }
                break;
            case "sort" or "curl":
                Output(arguments, folder, targets, "-o", "--output");
                break;
            case "wget":
                Output(arguments, folder, targets, "-O", "--output-document");
                break;
            case "patch":
                Output(arguments, folder, targets, "-o", "--output");
                AddAll(Operands(arguments, "-i", "-o", "-d", "-p", "-B", "-z", "--input", "--output", "--directory").Take(1), folder, targets);
                Patch(input, folder, targets);
                break;
            case "apply_patch" or "applypatch":
                Patch(input ?? arguments.FirstOrDefault().Text, folder, targets);
                break;
            case "git":
                GitPrograms.Write(arguments, input, folder, targets);
                break;
        }
    }

    /// <summary>What is neither an option nor an option's value.</summary>
    public static IEnumerable<ShellWord> Operands(List<ShellWord> arguments, params string[] withValue)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var text = arguments[i].Text;
            if (text == "--")
            {
                foreach (var word in arguments.Skip(i + 1))
                {
                    yield return word;
                }
                yield break;
            }
            if (text.Length > 1 && text[0] == '-' && arguments[i].IsKnown)
            {
                i += withValue.Contains(text) ? 1 : 0;
                continue;
            }
            yield return arguments[i];
        }
    }

    public static void Patch(string? text, string? folder, Targets targets)
    {
        foreach (var path in PatchPaths.Of(text ?? ""))
        {
            targets.Add(path, folder);
        }
    }

    public static void AddAll(IEnumerable<ShellWord> words, string? folder, Targets targets)
    {
        foreach (var word in words)
        {
            targets.Add(word, folder);
        }
    }

    // The files that an editor changes in place: the operands, without its script when no option gives one.
    private static IEnumerable<ShellWord> Edited(List<ShellWord> arguments, params string[] scripts) =>
        arguments.Any(word => scripts.Contains(word.Text) || scripts.Any(option => option.StartsWith("--", StringComparison.Ordinal) && word.Text.StartsWith(option + "=", StringComparison.Ordinal)))
            ? Operands(arguments, scripts)
            : Operands(arguments).Skip(1);

    private static void Copy(List<ShellWord> arguments, string? folder, Targets targets, bool moves)
    {
        ShellWord? into = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var text = arguments[i].Text;
            if (text is "-t" or "--target-directory" && i + 1 < arguments.Count)
            {
                into = arguments[i + 1];
            }
            else if (text.StartsWith("--target-directory=", StringComparison.Ordinal))
            {
                into = arguments[i] with { Text = text["--target-directory=".Length..] };
            }
        }
        var operands = Operands(arguments, "-t", "--target-directory", "-S", "--suffix", "-m", "-o", "-g").ToList();
        var sources = into is null ? operands.Take(operands.Count - 1).ToList() : operands;
        if (moves)
        {
            foreach (var source in sources)
            {
                targets.AddTree(source, folder);
            }
        }
        if ((into ?? (operands.Count > 1 ? operands[^1] : null)) is not { IsKnown: true } destination)
        {
            return;
        }
        // A file, or a folder that gets each of them.
        targets.Add(destination, folder);
        foreach (var source in sources.Where(source => source is { IsKnown: true, IsPattern: false }))
        {
            targets.Add($"{destination.Text.TrimEnd('/')}/{Path.GetFileName(source.Text.TrimEnd('/'))}", folder, destination.IsPattern);
        }
    }

    private static void Output(List<ShellWord> arguments, string? folder, Targets targets, string brief, string whole)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var text = arguments[i].Text;
            if ((text == brief || text == whole) && i + 1 < arguments.Count)
            {
                targets.Add(arguments[i + 1], folder);
            }
            else if (text.StartsWith(whole + "=", StringComparison.Ordinal))
            {
                targets.Add(arguments[i] with { Text = text[(whole.Length + 1)..] }, folder);
            }
        }
    }

    // -i, -Ei, -pi.bak: a letter among the options of one dash.
    private static bool IsCluster(string text, char option) =>
        text.Length > 1 && text[0] == '-' && text[1] != '-' && text.AsSpan(1).IndexOf(option) is >= 0 and var at && text.AsSpan(1, at).IndexOfAnyExceptInRange('A', 'z') < 0;
}
