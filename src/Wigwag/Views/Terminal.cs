using System.Runtime.InteropServices;
using System.Text;
using Wigwag.Program.Local;

namespace Wigwag.Program.Views;

/// <summary>
/// Where answers are printed. Standard output is written through the system call: the class library's console costs 5 ms to set up.
/// </summary>
internal sealed class Terminal
{
    private readonly StringBuilder _page = new();

    /// <param name="noColor">No colour even where the terminal has it.</param>
    /// <param name="isForPerson">A person reads, wherever the page goes.</param>
    public Terminal(bool noColor, bool isForPerson = false)
    {
        var isTerminal = Libc.IsTerminal(1);
        IsInteractive = isTerminal || isForPerson;
        HasColor = isTerminal && !noColor && Environment.GetEnvironmentVariable("NO_COLOR") is null or ""
            && Environment.GetEnvironmentVariable("TERM") is not "dumb";
        Columns = isTerminal ? Libc.TerminalColumns(otherwise: 100) : int.MaxValue;
    }

    /// <summary>True when a person reads.</summary>
    public bool IsInteractive { get; }

    public bool HasColor { get; }

    public int Columns { get; }

    public Terminal Write(string text)
    {
        _page.Append(text);
        return this;
    }

    public Terminal Line(string text = "") => Write(text).Write("\n");

    /// <summary>The text in a style, where there is colour.</summary>
    public string Styled(Style style, string text) => HasColor && style != Style.Plain && text.Length > 0 ? $"\e[{(int)style}m{text}\e[0m" : text;

    /// <summary>Puts the page on standard output.</summary>
    public void Flush()
    {
        if (_page.Length > 0)
        {
            Print(1, Encoding.UTF8.GetBytes(_page.ToString()));
            _page.Clear();
        }
    }

    /// <summary>Writes bytes to standard output as they are.</summary>
    public static void Print(ReadOnlySpan<byte> bytes) => Print(1, bytes);

    /// <summary>Writes one line to standard error.</summary>
    public static void Complain(string line) => Print(2, Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>True when nobody reads standard output any more, as after <c>wigwag inbox | head -1</c>; what is printed then is dropped.</summary>
    public static bool ReaderHasGone { get; private set; }

    private static void Print(int descriptor, ReadOnlySpan<byte> bytes)
    {
        if (descriptor == 1 && ReaderHasGone)
        {
            return;
        }
        var error = Libc.Write(descriptor, bytes);
        if (error == 0 || descriptor != 1)
        {
            return;
        }
        ReaderHasGone = error == Libc.Epipe;
        if (!ReaderHasGone)
        {
            throw new OutputException(Marshal.GetPInvokeErrorMessage(error));
        }
    }
}

/// <summary>Standard output took no more, on a full disk for example: whoever reads it has not got all.</summary>
internal sealed class OutputException(string reason) : Exception($"Standard output cannot be written: {reason.TrimEnd('.')}.")
{
    public string Reason => reason;

    /// <summary>What can be done about it.</summary>
    public string Next { get; init; } = "Free some space there, or send it elsewhere.";
}

/// <summary>How a text looks on a terminal, as SGR numbers it.</summary>
internal enum Style
{
    Plain = 0,
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
    Blue = 34,
    Cyan = 36,
}
