using System.Text;

namespace Wigwag.Core.Hooks.Shell;

/// <summary>
/// Splits a command line into simple commands as a POSIX shell (and what bash and zsh add) would, in one pass over the text. It runs
/// and expands nothing: what only a running shell can know is a word that is not known.
/// </summary>
internal sealed class ShellReader
{
    private const int DeepestNesting = 16;

    private readonly string _text;
    private readonly int _nesting;
    private readonly List<ShellCommand> _commands;
    private readonly List<(ShellCommand Command, string Delimiter, bool StripsTabs)> _documents = [];
    private int _at;
    private int _depth;
    private ShellCommand _command;

    private ShellReader(string text, List<ShellCommand> commands, int nesting, int depth)
    {
        (_text, _commands, _nesting, _depth) = (text, commands, nesting, depth);
        _command = new() { Depth = depth };
    }

    /// <summary>Every simple command in the text, those of substitutions before the command that they are in.</summary>
    public static List<ShellCommand> Read(string text)
    {
        var commands = new List<ShellCommand>();
        new ShellReader(text, commands, 0, 0).Read();
        return commands;
    }

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    private char Next => _at + 1 < _text.Length ? _text[_at + 1] : '\0';

    private void Read()
    {
        while (_at < _text.Length)
        {
            switch (Current)
            {
                case ' ' or '\t' or '\r':
                    _at++;
                    break;
                case '\\' when Next == '\n':
                    _at += 2;
                    break;
                case '\n':
                    _at++;
                    EndCommand();
                    Documents();
                    break;
                case '#':
                    Skip(_text.IndexOf('\n', _at));
                    break;
                case '&' when Next == '>':
                    _at += 2;
                    Redirect(writes: true);
                    break;
                case ';' or '|' or '&':
                    _at++;
                    EndCommand();
                    break;
                case '(':
                    _at++;
                    EndCommand();
                    _depth++;
                    _command = new() { Depth = _depth };
                    break;
                case ')':
                    _at++;
                    EndCommand();
                    _depth = Math.Max(0, _depth - 1);
                    _command = new() { Depth = _depth };
                    break;
                case '>' or '<' when Next == '(':
                    _at += 2;
                    Nested(Inside('(', ')'));
                    _command.Words.Add(new("", IsKnown: false, IsPattern: false));
                    break;
                case '>' or '<':
                    Redirection();
                    break;
                default:
                    Word();
                    break;
            }
        }
        EndCommand();
    }

    private void EndCommand()
    {
        if (_command.Words.Count > 0 || _command.Written.Count > 0)
        {
            _commands.Add(_command);
        }
        _command = new() { Depth = _depth };
    }

    private void Word()
    {
        var word = ReadWord();
        // A number right before a redirection names the descriptor.
        if (Current is '>' or '<' && word.Text.Length > 0 && word.Text.All(char.IsAsciiDigit))
        {
            return;
        }
        _command.Words.Add(word);
    }

    private void Redirection()
    {
        var writes = Current == '>' || Next == '>';
        if (_text.AsSpan(_at).StartsWith("<<<"))
        {
            _at += 3;
            Blanks();
            _command.Input = ReadWord().Text;
            return;
        }
        if (_text.AsSpan(_at).StartsWith("<<"))
        {
            _at += 2;
            var strips = Current == '-';
            _at += strips ? 1 : 0;
            Blanks();
            _documents.Add((_command, ReadWord().Text, strips));
            return;
        }
        _at++;
        if (Current is '>' or '|')
        {
            _at++;
        }
        if (Current == '&')
        {
            _at++;
            Redirect(writes, mayBeDescriptor: true);
            return;
        }
        Redirect(writes);
    }

    private void Redirect(bool writes, bool mayBeDescriptor = false)
    {
        if (Current == '>')
        {
            _at++;
        }
        Blanks();
        var target = ReadWord();
        if (writes && !(mayBeDescriptor && (target.Text == "-" || target.Text.All(char.IsAsciiDigit))))
        {
            _command.Written.Add(target);
        }
    }

    private ShellWord ReadWord()
    {
        var word = new StringBuilder();
        var (known, pattern) = (true, false);
        var start = _at;
        while (_at < _text.Length)
        {
            var c = Current;
            switch (c)
            {
                case ' ' or '\t' or '\r' or '\n' or ';' or '|' or '&' or '(' or ')' or '<' or '>':
                    return new(word.ToString(), known, pattern);
                case '\\':
                    _at++;
                    if (Current != '\n' && _at < _text.Length)
                    {
                        word.Append(Current);
                    }
                    _at++;
                    break;
                case '\'':
                    var end = _text.IndexOf('\'', _at + 1);
                    word.Append(end < 0 ? _text[(_at + 1)..] : _text[(_at + 1)..end]);
                    Skip(end < 0 ? -1 : end + 1);
                    break;
                case '"':
                    _at++;
                    known &= Quoted(word);
                    break;
                case '$' when Next == '\'':
                    _at += 2;
                    known &= AnsiQuoted(word);
                    break;
                case '$':
                    known &= Expansion(word);
                    break;
                case '`':
                    _at++;
                    Nested(Backquoted());
                    known = false;
                    break;
                case '~' when _at == start:
                    known = false;
                    _at++;
                    break;
                default:
                    pattern |= c is '*' or '?' or '[' or '{';
                    word.Append(c);
                    _at++;
                    break;
            }
        }
        return new(word.ToString(), known, pattern);
    }

    private bool Quoted(StringBuilder word)
    {
        var known = true;
        while (_at < _text.Length && Current != '"')
        {
            switch (Current)
            {
                case '\\' when Next is '"' or '\\' or '$' or '`' or '\n':
                    if (Next != '\n')
                    {
                        word.Append(Next);
                    }
                    _at += 2;
                    break;
                case '$':
                    known &= Expansion(word);
                    break;
                case '`':
                    _at++;
                    Nested(Backquoted());
                    known = false;
                    break;
                default:
                    word.Append(Current);
                    _at++;
                    break;
            }
        }
        _at++;
        return known;
    }

    private bool AnsiQuoted(StringBuilder word)
    {
        var known = true;
        while (_at < _text.Length && Current != '\'')
        {
            if (Current == '\\')
            {
                _at++;
                known &= Current is '\\' or '\'' or '"' or 'n' or 't';
                word.Append(Current switch { 'n' => '\n', 't' => '\t', var c => c });
            }
            else
            {
                word.Append(Current);
            }
            _at++;
        }
        _at++;
        return known;
    }

    /// <summary>Steps over what a dollar begins; false when it stands for something.</summary>
    private bool Expansion(StringBuilder word)
    {
        _at++;
        switch (Current)
        {
            case '(' when Next == '(':
                _at++;
                Inside('(', ')');
                return false;
            case '(':
                _at++;
                Nested(Inside('(', ')'));
                return false;
            case '{':
                _at++;
                Inside('{', '}');
                return false;
            case var c when char.IsAsciiLetterOrDigit(c) || c is '_' or '?' or '!' or '@' or '*' or '#' or '$':
                _at++;
                while (char.IsAsciiLetterOrDigit(Current) || Current == '_')
                {
                    _at++;
                }
                return false;
            default:
                word.Append('$');
                return true;
        }
    }

    /// <summary>The text up to the bracket that closes, quotes in it respected; steps behind it.</summary>
    private string Inside(char open, char close)
    {
        var start = _at;
        for (var depth = 1; _at < _text.Length; _at++)
        {
            switch (Current)
            {
                case '\\':
                    _at++;
                    break;
                case '\'' or '"':
                    var end = _text.IndexOf(Current, _at + 1);
                    _at = end < 0 ? _text.Length - 1 : end;
                    break;
                case var c when c == open:
                    depth++;
                    break;
                case var c when c == close && --depth == 0:
                    return _text[start.._at++];
            }
        }
        _at = _text.Length;
        return _text[start..];
    }

    private string Backquoted()
    {
        var inner = new StringBuilder();
        for (; _at < _text.Length && Current != '`'; _at++)
        {
            if (Current == '\\' && Next is '`' or '\\' or '$')
            {
                _at++;
            }
            inner.Append(Current);
        }
        _at++;
        return inner.ToString();
    }

    private void Nested(string text)
    {
        if (_nesting < DeepestNesting)
        {
            new ShellReader(text, _commands, _nesting + 1, _depth + 1).Read();
        }
    }

    /// <summary>Reads the here-documents that the line before announced.</summary>
    private void Documents()
    {
        foreach (var (command, delimiter, strips) in _documents)
        {
            var body = new StringBuilder();
            while (_at < _text.Length)
            {
                var end = _text.IndexOf('\n', _at);
                var line = end < 0 ? _text[_at..] : _text[_at..end];
                Skip(end < 0 ? -1 : end + 1);
                if ((strips ? line.TrimStart('\t') : line).TrimEnd('\r') == delimiter)
                {
                    break;
                }
                body.Append(line).Append('\n');
            }
            command.Input = body.ToString();
        }
        _documents.Clear();
    }

    private void Blanks()
    {
        while (Current is ' ' or '\t')
        {
            _at++;
        }
    }

    private void Skip(int to) => _at = to < 0 ? _text.Length : to;
}
