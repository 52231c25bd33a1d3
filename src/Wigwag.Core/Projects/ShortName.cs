using System.Text;

namespace Wigwag.Core.Projects;

/// <summary>The names people type: of projects, <c>vc</c>, and of workspaces, <c>dave</c>. Lower-case letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</summary>
public static class ShortName
{
    // Half of what an id allows, so that an owner before it and a number after it fit too.
    private const int MaxLength = 40;

    /// <summary>A text as a short name, or null when nothing of it can be kept: <c>My Project!</c> is <c>my-project</c>.</summary>
    public static string? Of(string? text)
    {
        var name = new StringBuilder();
        foreach (var letter in text ?? "")
        {
            if (char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_')
            {
                name.Append(char.ToLowerInvariant(letter));
            }
            else if (name is { Length: > 0 } && name[^1] != '-')
            {
                name.Append('-');
            }
        }
        var trimmed = name.ToString().TrimStart('.', '_', '-');
        trimmed = (trimmed.Length > MaxLength ? trimmed[..MaxLength] : trimmed).TrimEnd('.', '_', '-');
        return trimmed.Length == 0 ? null : trimmed;
    }

    /// <summary>
    /// What a project may be called, best first, without end: its own name (<c>vc</c>), its owner's (<c>fred-vc</c>, which says more
    /// than a number), numbered (<c>vc-2</c>).
    /// </summary>
    /// <param name="project">The project.</param>
    /// <param name="proposal">What to call it first, or null for the last segment of its id.</param>
    public static IEnumerable<string> Candidates(ProjectId project, string? proposal)
    {
        var name = Of(proposal) ?? Of(Uri.UnescapeDataString(project.LastSegment)) ?? "project";
        yield return name;
        if (Of(project.Owner) is { } owner)
        {
            yield return $"{owner}-{name}";
        }
        foreach (var numbered in Numbered(name))
        {
            yield return numbered;
        }
    }

    /// <summary><c>name-2</c>, <c>name-3</c> and so on, without end.</summary>
    public static IEnumerable<string> Numbered(string name)
    {
        for (var number = 2; ; number++)
        {
            yield return $"{name}-{number}";
        }
    }
}
