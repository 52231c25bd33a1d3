using System.Buffers;
using System.Text;
using Wigwag.Core.Operations;

namespace Wigwag.Program.Mcp;

/// <summary>One line that the client wrote.</summary>
/// <param name="Text">All of it; null for one that is longer than a server takes.</param>
/// <param name="Id">Of a line that is too long: the id of its request as JSON text, where it has one.</param>
internal sealed record ClientLine(string? Text, string? Id);

/// <summary>Standard input as MCP has it: one message a line. However long a line is, no more of it is kept than a server takes.</summary>
internal sealed class ClientInput(Stream input)
{
    private const int Longest = RequestLimits.JsonBytes;

    private readonly byte[] _buffer = new byte[32 * 1024];
    private readonly ArrayBufferWriter<byte> _line = new();
    private int _at;
    private int _end;

    /// <summary>The next line, or null at the end.</summary>
    public async ValueTask<ClientLine?> Read(CancellationToken cancel)
    {
        _line.ResetWrittenCount();
        TopLevelId? tooLong = null;
        while (true)
        {
            if (_at == _end)
            {
                (_at, _end) = (0, await input.ReadAsync(_buffer, cancel));
                if (_end == 0)
                {
                    return _line.WrittenCount == 0 && tooLong is null ? null : Whole(tooLong);
                }
            }
            var rest = _buffer.AsSpan(_at, _end - _at);
            var newLine = rest.IndexOf((byte)'\n');
            var piece = newLine < 0 ? rest : rest[..newLine];
            _at += newLine < 0 ? piece.Length : piece.Length + 1;
            if (tooLong is null && _line.WrittenCount + piece.Length > Longest + 1)
            {
                tooLong = new();
                tooLong.Read(_line.WrittenSpan);
            }
            if (tooLong is null)
            {
                _line.Write(piece);
            }
            else
            {
                tooLong.Read(piece);
            }
            if (newLine >= 0)
            {
                return Whole(tooLong);
            }
        }
    }

    private ClientLine Whole(TopLevelId? tooLong)
    {
        if (tooLong is not null)
        {
            return new(null, tooLong.Id);
        }
        var line = _line.WrittenSpan;
        line = line.EndsWith("\r"u8) ? line[..^1] : line;
        if (line.Length <= Longest)
        {
            return new(Encoding.UTF8.GetString(line.StartsWith("\ufeff"u8) ? line[3..] : line), null);
        }
        tooLong = new();
        tooLong.Read(line);
        return new(null, tooLong.Id);
    }
}

/// <summary>Finds the member <c>id</c> of the object that a JSON text is, in pieces and without keeping them: a client may write it last.</summary>
internal sealed class TopLevelId
{
    private const int LongestId = 1000;

    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _inString;
    private bool _isEscaped;
    private bool _isValue;
    private string _name = "";

    /// <summary>The id as JSON text, which tells 1 from "1"; null while there is none.</summary>
    public string? Id { get; private set; }

    public void Read(ReadOnlySpan<byte> piece)
    {
        foreach (var b in piece)
        {
            if (_inString)
            {
                Within(b);
            }
            else
            {
                Between(b);
            }
        }
    }

    private void Within(byte b)
    {
        if (b == '"' && !_isEscaped)
        {
            _inString = false;
            if (_depth == 1 && _isValue && _name == "id")
            {
                Id = _text.Length <= LongestId ? $"\"{_text}\"" : null;
            }
            else if (_depth == 1 && !_isValue)
            {
                _name = _text.ToString();
            }
            _text.Clear();
            return;
        }
        _isEscaped = b == '\\' && !_isEscaped;
        if (_depth == 1 && _text.Length <= LongestId)
        {
            // An id beyond ASCII is not given back, for its bytes are looked at one by one.
            _text.Append(b < 0x80 ? (char)b : '?');
        }
    }

    private void Between(byte b)
    {
        switch (b)
        {
            case (byte)'"':
                _inString = true;
                _text.Clear();
                break;
            case (byte)'{' or (byte)'[':
                _depth++;
                break;
            case (byte)':' when _depth == 1:
                _isValue = true;
                _text.Clear();
                break;
            case (byte)',' or (byte)'}' or (byte)']':
                if (_depth == 1 && _isValue && _name == "id" && _text.Length is > 0 and <= LongestId && (_text[0] == '-' || char.IsAsciiDigit(_text[0])))
                {
                    Id = _text.ToString();
                }
                if (_depth == 1)
                {
                    (_isValue, _name) = (false, "");
                    _text.Clear();
                }
                _depth -= b == ',' ? 0 : 1;
                break;
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                break;
            default:
                if (_depth == 1 && _isValue && _text.Length <= LongestId)
                {
                    _text.Append((char)b);
                }
                break;
        }
    }
}
