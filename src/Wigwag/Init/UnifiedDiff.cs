using System.Globalization;
using System.Text;

namespace Wigwag.Program.Init;

/// <summary>The difference between two texts as <c>diff -u</c> shows it.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    /// <param name="path">The file.</param>
    /// <param name="before">Null for a file that is not there.</param>
    /// <param name="after">Null for a file that goes.</param>
    public static string Of(string path, string? before, string? after)
    {
        var (old, now) = (Lines(before), Lines(after));
        var edits = Edits(old, now);
        var diff = new StringBuilder()
            .Append("--- ").Append(before is null ? "/dev/null" : $"a/{path}").Append('\n')
            .Append("+++ ").Append(after is null ? "/dev/null" : $"b/{path}").Append('\n');
        for (var i = 0; i < edits.Count;)
        {
            if (edits[i].Mark == ' ')
            {
                i++;
                continue;
            }
            var start = Math.Max(0, i - Context);
            var end = i;
            for (var same = 0; end < edits.Count && same <= 2 * Context; end++)
            {
                same = edits[end].Mark == ' ' ? same + 1 : 0;
            }
            while (end > i && edits[end - 1].Mark == ' ')
            {
                end--;
            }
            end = Math.Min(edits.Count, end + Context);
            Hunk(diff, edits, start, end);
            i = end;
        }
        return diff.ToString();
    }

    private static void Hunk(StringBuilder diff, List<(char Mark, string Line)> edits, int start, int end)
    {
        var (old, now) = (edits.Take(start).Count(edit => edit.Mark != '+'), edits.Take(start).Count(edit => edit.Mark != '-'));
        var (olds, nows) = (edits[start..end].Count(edit => edit.Mark != '+'), edits[start..end].Count(edit => edit.Mark != '-'));
        diff.Append(CultureInfo.InvariantCulture, $"@@ -{(olds == 0 ? old : old + 1)},{olds} +{(nows == 0 ? now : now + 1)},{nows} @@\n");
        foreach (var (mark, line) in edits[start..end])
        {
            diff.Append(mark).Append(line.TrimEnd('\n', '\r')).Append('\n');
            if (!line.EndsWith('\n'))
            {
                diff.Append("\\ No newline at end of file\n");
            }
        }
    }

    // The longest common subsequence of what differs; configuration files are short.
    private static List<(char Mark, string Line)> Edits(List<string> old, List<string> now)
    {
        var head = 0;
        while (head < old.Count && head < now.Count && old[head] == now[head])
        {
            head++;
        }
        var tail = 0;
        while (tail < old.Count - head && tail < now.Count - head && old[^(tail + 1)] == now[^(tail + 1)])
        {
            tail++;
        }
        var edits = old.Take(head).Select(line => (' ', line)).ToList();
        var (a, b) = (old[head..(old.Count - tail)], now[head..(now.Count - tail)]);
        var common = new int[a.Count + 1, b.Count + 1];
        for (var i = a.Count - 1; i >= 0; i--)
        {
            for (var j = b.Count - 1; j >= 0; j--)
            {
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }
        for (var (i, j) = (0, 0); i < a.Count || j < b.Count;)
        {
            if (i < a.Count && j < b.Count && a[i] == b[j])
            {
                edits.Add((' ', a[i++]));
                j++;
            }
            else if (i < a.Count && (j == b.Count || common[i + 1, j] >= common[i, j + 1]))
            {
                edits.Add(('-', a[i++]));
            }
            else
            {
                edits.Add(('+', b[j++]));
            }
        }
        edits.AddRange(old.Skip(old.Count - tail).Select(line => (' ', line)));
        return edits;
    }

    private static List<string> Lines(string? text)
    {
        var lines = new List<string>();
        for (var at = 0; text is not null && at < text.Length;)
        {
            var end = text.IndexOf('\n', at) is var newLine && newLine < 0 ? text.Length : newLine + 1;
            lines.Add(text[at..end]);
            at = end;
        }
        return lines;
    }
}
