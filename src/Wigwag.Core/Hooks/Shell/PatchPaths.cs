namespace Wigwag.Core.Hooks.Shell;

/// <summary>The paths that a patch changes: a unified diff as <c>diff</c> and git write it, or the form of the tool <c>apply_patch</c>.</summary>
public static class PatchPaths
{
    private static readonly string[] Headers = ["*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: "];

    /// <summary>Each path once, relative as the patch has it.</summary>
    public static List<string> Of(string patch)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var raw in patch.Split('\n'))
        {
            // The tool reads its headers from lines with their blanks trimmed.
            var line = raw.Trim();
            if (Headers.FirstOrDefault(header => line.StartsWith(header, StringComparison.Ordinal)) is { } header)
            {
                paths.Add(line[header.Length..].Trim());
            }
            else if (raw.StartsWith("+++ ", StringComparison.Ordinal) || raw.StartsWith("--- ", StringComparison.Ordinal))
            {
                // What follows a tab is the time.
                var path = raw[4..].Split('\t')[0].TrimEnd('\r', ' ');
                if (path is not ("/dev/null" or ""))
                {
                    paths.Add(path.StartsWith("a/", StringComparison.Ordinal) || path.StartsWith("b/", StringComparison.Ordinal) ? path[2..] : path);
                }
            }
            else if (line.StartsWith("rename from ", StringComparison.Ordinal) || line.StartsWith("rename to ", StringComparison.Ordinal))
            {
                paths.Add(line[(line.IndexOf(' ', "rename ".Length) + 1)..]);
            }
        }
        paths.Remove("");
        return [.. paths];
    }
}
