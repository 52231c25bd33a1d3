using System.Buffers;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases.Scopes;

/// <summary>Reads a <see cref="Glob"/> and builds its automaton in one pass.</summary>
internal sealed class GlobParser
{
    private static readonly SearchValues<char> Special = SearchValues.Create("*?[]{}\\");

    private static readonly SearchValues<char> BeforeTail = SearchValues.Create("*?[]{}\\/");

    private readonly string _text;
    private readonly PathCase _case;
    private readonly int[] _runes;
    private readonly Automaton.Builder _automaton = new();
    private int _at;
    private int _depth;
    private Error? _error;

    private GlobParser(string text, PathCase pathCase)
    {
        (_text, _case) = (text, pathCase);
        // Folded rune by rune as they are taken: a class is folded as a set, its bounds are not.
        _runes = PathText.Runes(text, PathCase.Sensitive);
    }

    public static Result<Glob> Parse(string text, PathCase pathCase)
    {
        if (text.Length is 0 or > Glob.MaxLength)
        {
            return Refuse($"A scope has 1 to {Glob.MaxLength} characters; this one has {text.Length}.");
        }
        text = Nfc.Of(text);
        if (text.Any(char.IsControl))
        {
            return Refuse("A scope holds no control characters.");
        }
        var plain = text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;
        var below = plain.EndsWith('/');
        plain = plain.TrimEnd('/');
        if (plain.Length == 0 || plain[0] == '/')
        {
            return Refuse($"{Sanitize.Quote(text)} is not a path relative to the repository's root.");
        }
        var literal = plain.AsSpan().IndexOfAny(Special) < 0;
        if (plain.Split('/').FirstOrDefault(segment => segment is "" or "." or "..") is { } segment)
        {
            return Refuse($"{Sanitize.Quote(text)} has the segment '{segment}', which no path in a repository has.");
        }
        var parser = new GlobParser(plain, pathCase);
        var automaton = parser.Build(literal || below);
        return parser._error is { } error
            ? error
            : new Glob(below && !literal ? plain + "/" : plain, Ends(plain, literal, below, pathCase), pathCase, automaton);
    }

    /// <summary>What every path of a pattern begins and ends with; see <see cref="Glob"/>.</summary>
    internal readonly record struct PatternEnds(bool IsLiteral, string Prefix, string Head, string Name, string Tail);

    /// <summary>The ends of a pattern that was read before, without building its automaton.</summary>
    public static PatternEnds Ends(string text, PathCase pathCase)
    {
        var plain = text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;
        var below = plain.EndsWith('/');
        plain = plain.TrimEnd('/');
        return Ends(plain, plain.AsSpan().IndexOfAny(Special) < 0, below, pathCase);
    }

    private static PatternEnds Ends(string plain, bool literal, bool below, PathCase pathCase) => new(
        literal,
        Prefix(plain, literal, pathCase),
        Head(plain, pathCase),
        literal || below ? "" : Name(plain, pathCase),
        literal || below ? "" : Tail(plain, pathCase));

    public static string Escape(string path) => path.AsSpan().IndexOfAny(Special) < 0
        ? path
        : string.Concat(path.Select(letter => Special.Contains(letter) ? $"\\{letter}" : letter.ToString()));

    public static int IndexOfSpecial(ReadOnlySpan<char> text) => text.IndexOfAny(Special);

    private static Error Refuse(string message) =>
        Error.Invalid("bad_scope", message, "Give a path or a pattern such as src/parser/** or docs/*.md, relative to the repository's root.");

    private static string Prefix(string text, bool literal, PathCase pathCase)
    {
        var segments = literal ? text.Split('/') : [.. text.Split('/').TakeWhile(segment => segment.AsSpan().IndexOfAny(Special) < 0)];
        return string.Concat(PathText.Runes(string.Join('/', segments), pathCase).Select(char.ConvertFromUtf32));
    }

    private static string Head(string text, PathCase pathCase)
    {
        var special = text.AsSpan().IndexOfAny(Special);
        return string.Concat(PathText.Runes(special < 0 ? text : text[..special], pathCase).Select(char.ConvertFromUtf32));
    }

    // The last slash divides segments only where no brace or class is open, and none is escaped.
    private static string Name(string text, PathCase pathCase)
    {
        var slash = text.LastIndexOf('/');
        return text.AsSpan(0, slash + 1).IndexOfAny("{[\\") >= 0 ? "" : Head(text[(slash + 1)..], pathCase);
    }

    private static string Tail(string text, PathCase pathCase)
    {
        var end = text[(text.AsSpan().LastIndexOfAny(BeforeTail) + 1)..];
        return string.Concat(PathText.Runes(end, pathCase).Select(char.ConvertFromUtf32));
    }

    private Automaton Build(bool withAllBelow)
    {
        var start = _automaton.Add();
        var end = Sequence(start);
        if (_error is null && _at < _runes.Length)
        {
            _error = Refuse($"'{_text}' closes a brace that it does not open; write \\}} for the character itself.");
        }
        if (withAllBelow)
        {
            // (/.*)?
            var slash = _automaton.Add();
            var any = _automaton.Add();
            var last = _automaton.Add();
            _automaton.Free(end, slash);
            _automaton.Free(end, last);
            _automaton.Edge(slash, RuneSet.One('/'), any);
            Loop(any, Anything, last);
            end = last;
        }
        return _automaton.Build(start, end);
    }

    private static readonly RuneSet Anything = RuneSet.Of([(0, 0x10FFFF)]);

    private static readonly RuneSet Slash = RuneSet.One('/');

    // Reads until the end of the text or, within braces, until the comma or brace that ends the alternative.
    private int Sequence(int from)
    {
        while (_error is null && _at < _runes.Length)
        {
            var rune = _runes[_at];
            if (_depth > 0 && rune is ',' or '}')
            {
                return from;
            }
            if (_depth == 0 && rune == '}')
            {
                return from;
            }
            _at++;
            from = rune switch
            {
                '*' => Stars(from),
                '?' => Edge(from, Any),
                '[' => Class(from),
                '{' => Braces(from),
                '\\' => Escaped(from),
                _ => Edge(from, One(rune)),
            };
        }
        return from;
    }

    private int Stars(int from)
    {
        var begins = _at == 1 || _runes[_at - 2] == '/';
        if (_at >= _runes.Length || _runes[_at] != '*')
        {
            return Loop(from, Any, _automaton.Add());
        }
        while (_at < _runes.Length && _runes[_at] == '*')
        {
            _at++;
        }
        var ends = _at == _runes.Length || _runes[_at] == '/';
        if (_depth > 0 && !(begins && ends))
        {
            _error ??= Refuse($"'{_text}' has '**' at the edge of a brace; within braces it stands between two slashes.");
            return from;
        }
        if (!begins || !ends)
        {
            // Within a segment two stars say no more than one.
            return Loop(from, Any, _automaton.Add());
        }
        if (_at == _runes.Length)
        {
            return Loop(from, Anything, _automaton.Add());
        }
        // "**/": (.*/)? – none, or segments that end with the slash.
        _at++;
        var any = _automaton.Add();
        var slash = _automaton.Add();
        var next = _automaton.Add();
        _automaton.Free(from, any);
        _automaton.Free(from, next);
        Loop(any, Anything, slash);
        _automaton.Edge(slash, Slash, next);
        var after = _automaton.Add();
        _automaton.Free(next, after);
        return after;
    }

    private int Class(int from)
    {
        var start = _at;
        var negated = _at < _runes.Length && _runes[_at] is '!' or '^';
        if (negated)
        {
            _at++;
        }
        var ranges = new List<(int, int)>();
        // A bracket that comes first is a member.
        for (var first = true; _at < _runes.Length && (first || _runes[_at] != ']'); first = false)
        {
            var low = Member();
            var high = low;
            if (_at + 1 < _runes.Length && _runes[_at] == '-' && _runes[_at + 1] != ']')
            {
                _at++;
                high = Member();
            }
            if (low > high)
            {
                _error ??= Refuse($"'{_text}' has a class whose range runs backwards.");
                return from;
            }
            ranges.Add((low, high));
        }
        if (_at >= _runes.Length)
        {
            _error ??= Refuse($"'{_text}' has a '[' at {start} that is never closed; write \\[ for the character itself.");
            return from;
        }
        _at++;
        var set = RuneSet.Of(ranges);
        set = _case == PathCase.Insensitive ? set.Folded() : set;
        return Edge(from, negated ? set.Complement().And(Any) : set.And(RuneSet.NotSlash));
    }

    private int Member()
    {
        if (_runes[_at] == '\\' && _at + 1 < _runes.Length)
        {
            _at++;
        }
        return _at < _runes.Length ? _runes[_at++] : 0;
    }

    private int Braces(int from)
    {
        if (++_depth > Glob.MaxDepth)
        {
            _error ??= Refuse($"'{_text}' nests braces deeper than {Glob.MaxDepth}.");
            return from;
        }
        var join = _automaton.Add();
        while (true)
        {
            var start = _automaton.Add();
            _automaton.Free(from, start);
            _automaton.Free(Sequence(start), join);
            if (_at >= _runes.Length)
            {
                _error ??= Refuse($"'{_text}' has a '{{' that is never closed; write \\{{ for the character itself.");
                return from;
            }
            if (_runes[_at++] == '}')
            {
                _depth--;
                return join;
            }
        }
    }

    private int Escaped(int from)
    {
        if (_at >= _runes.Length)
        {
            _error ??= Refuse($"'{_text}' ends in a lone backslash; paths are separated by '/'.");
            return from;
        }
        return Edge(from, One(_runes[_at++]));
    }

    // What a segment's character can be: where case does not count, only what folding leaves as it is.
    private RuneSet Any => _case == PathCase.Insensitive ? Folding.Fixed : RuneSet.NotSlash;

    private RuneSet One(int rune) => RuneSet.One(_case == PathCase.Insensitive ? Folding.Fold(rune) : rune);

    private int Edge(int from, RuneSet on)
    {
        var reader = _automaton.Add();
        var to = _automaton.Add();
        _automaton.Free(from, reader);
        _automaton.Edge(reader, on, to);
        return to;
    }

    // Reads any number of the set's runes, then goes on at `to`.
    private int Loop(int from, RuneSet set, int to)
    {
        var reader = _automaton.Add();
        _automaton.Free(from, reader);
        _automaton.Edge(reader, set, reader);
        _automaton.Free(reader, to);
        return to;
    }
}
