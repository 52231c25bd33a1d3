using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Git;
using Wigwag.Program.Local;
using Wigwag.Program.Views;

namespace Wigwag.Program.Cli;

/// <summary>
/// Takes the paths of a command line as git takes them: relative to the current folder, <c>:/</c> for the root, absolute ones in the clone.
/// The server gets them relative to the root. A path through a link counts as it is named and as it leads.
/// </summary>
internal sealed class PathArguments
{
    /// <summary>What descriptions say of them here.</summary>
    public const string FromHere = "relative to the current folder (:/ stands for the repository's root)";

    private readonly Command _command;
    private readonly CommandLine _line;
    private readonly Workspace? _workspace;
    // From the root to the current folder, with a slash at its end unless it is the root.
    private readonly string _here = "";

    // Patterns for what no path can say.
    private readonly List<string> _more = [];

    private PathArguments(Command command, CommandLine line, Standing standing, string folder)
    {
        (_command, _line) = (command, line);
        _workspace = IsElsewhere(line, standing) ? null : standing.Workspace;
        if (_workspace is not null && folder.StartsWith(_workspace.Path + "/", StringComparison.Ordinal))
        {
            _here = folder[(_workspace.Path.Length + 1)..] + "/";
        }
        else if (_workspace is null && standing.Workspace is { } other && other.Path != folder && command.Fields.Any(field => field.Paths is not null && line.Has(field.Name)))
        {
            Note($"paths are taken from the root of {Value.OneLine(line.Value("project")!)}, for this clone is another project's.");
        }
    }

    /// <summary>Puts what the server is asked in place of what was typed.</summary>
    /// <exception cref="Refusal">A path leads out of the clone, or is none.</exception>
    public static void Resolve(Command command, CommandLine line, Standing standing) => Resolve(command, line, standing, Libc.CurrentDirectory());

    /// <summary>As <see cref="Resolve(Command, CommandLine, Standing)"/>, in a folder without links in its path.</summary>
    internal static void Resolve(Command command, CommandLine line, Standing standing, string folder)
    {
        var fields = command.Fields.Where(field => field.Paths is not null && line.Has(field.Name)).ToList();
        if (fields.Count == 0)
        {
            return;
        }
        var paths = new PathArguments(command, line, standing, folder);
        foreach (var field in fields)
        {
            line.Replace(field.Name, [.. line.Values(field.Name).SelectMany(typed => paths.Resolve(field, typed)).Distinct()]);
        }
        if (paths._more.Count > 0)
        {
            var patterns = command.Fields.First(field => field.Paths == PathShape.Scope);
            line.Replace(patterns.Name, [.. line.Values(patterns.Name), .. paths._more]);
        }
    }

    private IEnumerable<string> Resolve(Field field, string typed)
    {
        var shape = field.Paths!.Value;
        var isScope = shape is PathShape.Scope or PathShape.HeldScope;
        if (typed == "-" || Scope.IsSurface(typed) || (shape == PathShape.HeldScope && LeaseId.TryParse(typed, out _)))
        {
            return [typed];
        }
        if (typed.Contains('\uFFFD', StringComparison.Ordinal))
        {
            throw Refusal.Usage($"'{Value.OneLine(typed)}' is not UTF-8.", "Name a pattern that it matches, such as 'src/*'.");
        }
        var path = FromRoot(typed, isScope);
        if (path.Length == 0)
        {
            return Everything(typed, isScope);
        }
        var isNamed = isScope && Glob.IndexOfSpecial(path) >= 0 && Exists(path);
        if (isNamed)
        {
            Note($"{Value.OneLine(path)} is a file here, and taken as that and not as a pattern.");
            path = Glob.Escape(path);
        }
        if (!isScope && _workspace is not null && !path.EndsWith('/') && Directory.Exists(InClone(path)))
        {
            path += "/";
        }
        var all = new List<string> { path };
        if (_workspace is not null && Led(path, isScope) is { } led)
        {
            all = field.IsMany ? [path, led] : [led];
        }
        if (_workspace is not null && shape is PathShape.Path or PathShape.Scope && !KnownFiles.Any(_workspace, all, isScope))
        {
            Note($"git knows no file that {Value.OneLine(path)} stands for. Paths are {FromHere}.");
        }
        return all.Select(each => Scope.IsSurface(each) ? "./" + each : each);
    }

    /// <summary>The path from the root, with neither <c>.</c> nor <c>..</c>; empty for the root itself.</summary>
    private string FromRoot(string typed, bool isScope)
    {
        var backslash = typed.IndexOf('\\', StringComparison.Ordinal);
        if (backslash >= 0 && (isScope ? backslash + 1 == typed.Length || Glob.IndexOfSpecial(typed.AsSpan(backslash + 1, 1)) < 0 : !Exists(_here + typed)))
        {
            throw Refusal.Usage(
                $"'{Value.OneLine(typed)}' has a backslash, and paths are divided by slashes.",
                $"Write it as '{Value.OneLine(typed.Replace('\\', '/'))}'{(isScope ? "; a backslash stands only before a special character that is part of a name: '\\['" : "")}.");
        }
        if (typed.Length == 0)
        {
            throw Refusal.Usage("A path is empty.", "Give a file, or . for the current folder.");
        }
        var from = isScope ? Glob.Escape(_here) : _here;
        var path = typed;
        if (typed.StartsWith(":/", StringComparison.Ordinal))
        {
            (from, path) = ("", typed[2..]);
        }
        else if (typed[0] == ':')
        {
            throw Refusal.Usage($"'{Value.OneLine(typed)}' begins with a colon, and of git's short forms only :/ is known.", $"Write './{Value.OneLine(typed)}' for a file of that name.");
        }
        else if (typed[0] == '/')
        {
            (from, path) = ("", Inside(typed, isScope));
        }
        var segments = new List<string>();
        foreach (var segment in $"{from}{path}".Split('/'))
        {
            if (segment == ".." && segments.Count == 0)
            {
                throw Outside(typed);
            }
            // Behind a special character a slash may stand within braces; the server says what is wrong there.
            if (segment == ".." && !(isScope && Glob.IndexOfSpecial(segments[^1]) >= 0))
            {
                segments.RemoveAt(segments.Count - 1);
            }
            else if (segment is not ("" or "."))
            {
                segments.Add(segment);
            }
        }
        return string.Join('/', segments) + (segments.Count > 0 && path.EndsWith('/') ? "/" : "");
    }

    private string Inside(string absolute, bool isScope)
    {
        if (_workspace is null)
        {
            throw Refusal.Usage($"'{Value.OneLine(absolute)}' is absolute, and no clone of that project is here.", "Give it relative to the root of the project.");
        }
        // What is typed may lead into the clone through a link above it, as a shell's $PWD does.
        var special = isScope ? Glob.IndexOfSpecial(absolute) : -1;
        var end = special < 0 ? absolute.Length : absolute.LastIndexOf('/', special);
        var (known, rest) = (Path.GetFullPath(absolute[..Math.Max(end, 1)]), absolute[end..]);
        foreach (var place in (string[])[known, RealPath.Of(known)])
        {
            if (place == _workspace.Path || place.StartsWith(_workspace.Path + "/", StringComparison.Ordinal))
            {
                var path = place[_workspace.Path.Length..].TrimStart('/');
                return (isScope ? Glob.Escape(path) : path) + rest;
            }
        }
        throw Outside(absolute);
    }

    private Refusal Outside(string typed) => Refusal.Usage(
        $"'{Value.OneLine(typed)}' is outside {(_workspace is null ? "the project" : $"this clone ({Value.OneLine(_workspace.Path)})")}.",
        "Go into the clone that it is in, or name a path in this one.");

    private IEnumerable<string> Everything(string typed, bool isScope)
    {
        if (isScope)
        {
            return ["**"];
        }
        if (!_command.Fields.Any(field => field.Paths == PathShape.Scope))
        {
            throw Refusal.Usage($"'{Value.OneLine(typed)}' is the whole repository.", "Name a file or a folder in it.");
        }
        _more.Add("**");
        return [];
    }

    /// <summary>Where links on the way lead, when that is another path of the clone.</summary>
    private string? Led(string path, bool isScope)
    {
        var special = isScope ? Glob.IndexOfSpecial(path) : -1;
        var end = special < 0 ? path.TrimEnd('/').Length : path.LastIndexOf('/', special);
        if (end <= 0)
        {
            return null;
        }
        var real = RealPath.Of(InClone(path[..end]));
        if (!real.StartsWith(_workspace!.Path + "/", StringComparison.Ordinal))
        {
            Note($"{Value.OneLine(path)} leads out of this clone, to {Value.OneLine(real)}.");
            return null;
        }
        real = real[(_workspace.Path.Length + 1)..];
        return real == path[..end] ? null : (isScope ? Glob.Escape(real) : real) + path[end..];
    }

    private bool Exists(string path) => _workspace is not null && Path.Exists(InClone(path));

    private string InClone(string path) => Path.Combine(_workspace!.Path, path);

    // Of another project no file is here.
    private static bool IsElsewhere(CommandLine line, Standing standing)
    {
        if (standing.Workspace is null || line.Value("project") is not { } project)
        {
            return standing.Workspace is null;
        }
        var fact = standing.Fact(nameof(WorkspaceFact.ProjectName)) ?? standing.Fact(nameof(WorkspaceFact.Project));
        var own = fact is null ? "" : Transport.Json.Parse(fact).Text ?? "";
        return !Name(own).Equals(Name(project), StringComparison.OrdinalIgnoreCase);

        static string Name(string project)
        {
            var last = project.TrimEnd('/').Split('/', ':')[^1];
            return last.EndsWith(".git", StringComparison.Ordinal) ? last[..^4] : last;
        }
    }

    private void Note(string text)
    {
        if (!_line.IsQuiet)
        {
            Terminal.Complain($"wigwag: note: {text}");
        }
    }
}
