using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Projects;

/// <summary>
/// A git remote as people and git write it, and the project it names. One project has many spellings:
/// <c>git@github.com:o/r.git</c>, <c>https://user:token@github.com/o/r/</c>, <c>ssh://git@github.com:22/o/r</c> and
/// <c>git://github.com/O/R</c> all name <c>github.com/o/r</c>.
/// <list type="bullet">
/// <item>User, password, query and fragment of a URL are dropped and appear nowhere, also not in an error.</item>
/// <item>The host is in lower case, in its ASCII form, without a trailing dot; the scheme's own port is dropped, another is kept.</item>
/// <item>Empty and <c>.</c> segments, a trailing <c>/</c> and a trailing <c>.git</c> are dropped; percent-encoding has one form.</item>
/// <item>On the forges known to ignore case (<see cref="Forges"/>) the path is in lower case and a port says nothing;
/// elsewhere the path keeps its case, because <c>/srv/Foo</c> and <c>/srv/foo</c> are two repositories.</item>
/// <item>A path of this machine is <c>local/</c> and the path.</item>
/// <item>A project id is a spelling of itself; so <c>host:2222/o/r</c> without a user is a host with a port.</item>
/// </list>
/// </summary>
public sealed partial record GitRemote
{
    private const int MaxLength = 2048;

    /// <summary>Forges whose paths ignore case, by each name they answer to.</summary>
    private static readonly Dictionary<string, string> Forges = new(StringComparer.Ordinal)
    {
        ["github.com"] = "github.com",
        ["www.github.com"] = "github.com",
        ["ssh.github.com"] = "github.com",
        ["gitlab.com"] = "gitlab.com",
        ["www.gitlab.com"] = "gitlab.com",
        ["altssh.gitlab.com"] = "gitlab.com",
        ["bitbucket.org"] = "bitbucket.org",
        ["www.bitbucket.org"] = "bitbucket.org",
        ["altssh.bitbucket.org"] = "bitbucket.org",
        ["codeberg.org"] = "codeberg.org",
        ["www.codeberg.org"] = "codeberg.org",
    };

    private static readonly Dictionary<string, int> Ports = new(StringComparer.Ordinal)
    {
        ["ssh"] = 22,
        ["git+ssh"] = 22,
        ["ssh+git"] = 22,
        ["git"] = 9418,
        ["http"] = 80,
        ["git+http"] = 80,
        ["https"] = 443,
        ["git+https"] = 443,
        ["ftp"] = 21,
        ["ftps"] = 990,
    };

    private GitRemote(ProjectId project, string? url) => (Project, Url) = (project, url);

    /// <summary>The project that the remote names.</summary>
    public ProjectId Project { get; }

    /// <summary>A spelling without credentials that git can use, or null for one that was only an id.</summary>
    public string? Url { get; }

    /// <summary>The id of the project that a spelling names.</summary>
    public static Result<ProjectId> Normalize(string url) => Parse(url).Try(out var remote, out var error) ? remote.Project : error;

    /// <summary>Reads a spelling. No error repeats any part of it.</summary>
    public static Result<GitRemote> Parse(string text)
    {
        if (text.Length > MaxLength)
        {
            return Refuse($"The git remote is longer than {MaxLength} characters.");
        }
        if (text.Any(char.IsControl))
        {
            return Refuse("The git remote contains a control character, such as a line break.");
        }
        var spelling = text.Trim();
        if (spelling.Length == 0)
        {
            return Refuse("The git remote is empty.");
        }
        if (spelling[0] == '-')
        {
            return Refuse("The git remote begins with '-', as an option does.");
        }
        if (Helper().IsMatch(spelling))
        {
            return Refuse("The git remote names a remote helper ('name::address'), which could run any program.");
        }
        if (spelling.IndexOf("://", StringComparison.Ordinal) is > 0 and var end)
        {
            return FromUrl(spelling[..end].ToLowerInvariant(), spelling[(end + 3)..]);
        }
        if (Drive().IsMatch(spelling))
        {
            return FromPath($"/{spelling[0]}{spelling[2..].Replace('\\', '/')}", spelling);
        }
        return spelling[0] switch
        {
            '/' => FromPath(spelling, spelling),
            '.' or '~' or '\\' => Refuse("The git remote is a path that is not absolute."),
            _ => FromScpOrId(spelling),
        };
    }

    private static Result<GitRemote> FromUrl(string scheme, string rest)
    {
        if (scheme == "file")
        {
            var path = rest.StartsWith("localhost/", StringComparison.OrdinalIgnoreCase) ? rest["localhost".Length..] : rest;
            return path.StartsWith('/') ? FromPath(path, path) : Refuse("The file URL names another host.");
        }
        if (!Ports.TryGetValue(scheme, out var usual))
        {
            return Refuse("The git remote has a scheme that Wigwag does not know.");
        }
        if (rest.AsSpan().IndexOfAny('?', '#') is >= 0 and var tail)
        {
            rest = rest[..tail];
        }
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return Refuse("The git remote has a host and no path.");
        }
        var authority = rest[..slash];
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        var (host, port) = SplitPort(authority);
        if (port is not (null or "") && !(int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536))
        {
            return Refuse("The git remote has a port that is not a number from 1 to 65535.");
        }
        var given = string.IsNullOrEmpty(port) ? usual : int.Parse(port, CultureInfo.InvariantCulture);
        return Build(host, given == usual ? null : given, rest[slash..], scheme);
    }

    /// <summary><c>[user@]host:path</c> as scp and git have it, or <c>host[:port]/path</c> as an id has it.</summary>
    private static Result<GitRemote> FromScpOrId(string spelling)
    {
        var slash = spelling.IndexOf('/', StringComparison.Ordinal);
        var head = slash < 0 ? spelling : spelling[..slash];
        var user = EndOfUser(head);
        var (host, path) = SplitPort(head[user..]);
        if (path is null)
        {
            return slash < 0
                ? Refuse("A git remote has a host and a path; this has no path.")
                : Build(host, null, spelling[slash..], scheme: null);
        }
        path += slash < 0 ? "" : spelling[slash..];
        var isPort = user == 0 && PortAndPath().IsMatch(path) && !(TryHost(host, out var name) && Forges.ContainsKey(name));
        if (!isPort)
        {
            return Build(host, null, path, "ssh");
        }
        var port = path[..path.IndexOf('/', StringComparison.Ordinal)];
        return int.Parse(port, CultureInfo.InvariantCulture) is > 0 and < 65536 and var number
            ? Build(host, number, path[port.Length..], scheme: null)
            : Refuse("The git remote has a port that is not a number from 1 to 65535.");
    }

    // The last @ that a host and a colon follow; else the last one, because what stands before it may be a password.
    private static int EndOfUser(string head)
    {
        var last = head.LastIndexOf('@');
        for (var at = last; at >= 0; at = at == 0 ? -1 : head.LastIndexOf('@', at - 1))
        {
            if (head.IndexOf(':', at) >= 0)
            {
                return at + 1;
            }
        }
        return last + 1;
    }

    private static Result<GitRemote> FromPath(string path, string url)
    {
        if (path.Contains("/../", StringComparison.Ordinal) || path.EndsWith("/..", StringComparison.Ordinal))
        {
            path = Path.GetFullPath(path);
        }
        return Segments(path, fold: false).Try(out var segments, out var error) ? new GitRemote(ProjectId.OfPath(segments), url) : error;
    }

    private static Result<GitRemote> Build(string host, int? port, string path, string? scheme)
    {
        if (!TryHost(host, out var name))
        {
            return Refuse("The git remote has no valid host name.");
        }
        var isForge = Forges.TryGetValue(name, out var forge);
        (name, port) = isForge ? (forge!, null) : (name, port);
        if (!Segments(path, fold: isForge).Try(out var segments, out var error))
        {
            return error;
        }
        var id = $"{name}{(port is null ? "" : $":{port}")}/{string.Join('/', segments)}";
        return ProjectId.TryParse(id, out var project)
            ? new GitRemote(project, isForge ? $"https://{id}" : scheme is null ? null : $"{scheme}://{id}")
            : Refuse("The git remote's path is too deep or too long.");
    }

    private static (string Host, string? AfterColon) SplitPort(string authority)
    {
        var from = authority.StartsWith('[') ? Math.Max(authority.IndexOf(']', StringComparison.Ordinal), 0) : 0;
        var colon = authority.IndexOf(':', from);
        return colon < 0 ? (authority, null) : (authority[..colon], authority[(colon + 1)..]);
    }

    private static bool TryHost(string text, out string host)
    {
        host = text.TrimEnd('.').ToLowerInvariant();
        if (host is ['[', .. var address, ']'])
        {
            var isAddress = !address.Contains('%', StringComparison.Ordinal) && IPAddress.TryParse(address, out var ip)
                && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
            host = isAddress ? $"[{IPAddress.Parse(address)}]" : "";
            return isAddress;
        }
        if (!Ascii.IsValid(host))
        {
            try
            {
                host = new IdnMapping().GetAscii(host);
            }
            catch (ArgumentException)
            {
                // IdnMapping says "not a host name" only so.
                return false;
            }
        }
        return HostName().IsMatch(host);
    }

    /// <summary>The path's segments, each with one form of percent-encoding; without empty ones, dots and the end <c>.git</c>.</summary>
    private static Result<List<string>> Segments(string path, bool fold)
    {
        List<string> segments = [];
        foreach (var raw in path.Split('/'))
        {
            if (!TrySegment(raw, fold, out var segment))
            {
                return Refuse("The git remote's path contains a control character.");
            }
            if (segment == "..")
            {
                return Refuse("The git remote's path contains '..'.");
            }
            if (segment is not ("" or "."))
            {
                segments.Add(segment);
            }
        }
        // Without its end, such a name would be a path's way to itself or up.
        while (segments is [.., not ("..git" or "...git") and var last] && last.EndsWith(".git", StringComparison.Ordinal))
        {
            segments.RemoveAt(segments.Count - 1);
            if (last.Length > ".git".Length)
            {
                segments.Add(last[..^".git".Length]);
            }
        }
        return segments.Count == 0 ? Refuse("The git remote has a host and no path.") : segments;
    }

    private static bool TrySegment(string raw, bool fold, out string segment)
    {
        var bytes = Encoding.UTF8.GetBytes(raw);
        var text = new StringBuilder(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = bytes[i];
            if (value == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                value = Convert.FromHexString(Encoding.ASCII.GetString(bytes, i + 1, 2))[0];
                i += 2;
            }
            if (value is < 0x20 or 0x7f)
            {
                segment = "";
                return false;
            }
            var letter = (char)value;
            if (char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '~' or '+' or '@' or '-')
            {
                text.Append(fold ? char.ToLowerInvariant(letter) : letter);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }
        segment = text.ToString();
        return true;
    }

    private static Error Refuse(string reason) => Error.Invalid(
        "bad_git_remote",
        reason,
        "Use a remote like https://github.com/owner/repo, git@github.com:owner/repo.git or ssh://git@host:2222/owner/repo, or an absolute path.");

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9+.-]*::", RegexOptions.CultureInvariant)]
    private static partial Regex Helper();

    [GeneratedRegex(@"^[A-Za-z]:[\\/]", RegexOptions.CultureInvariant)]
    private static partial Regex Drive();

    [GeneratedRegex(@"^[0-9]{1,5}/", RegexOptions.CultureInvariant)]
    private static partial Regex PortAndPath();

    [GeneratedRegex(@"^[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_-])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostName();
}
