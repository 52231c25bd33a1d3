using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;

namespace Wigwag.Core.Attachments;

/// <summary>
/// What a file may be called. The name is a label and never becomes a path on the server, but a recipient will save the file
/// under it, so nothing that leads elsewhere or shows as something else is accepted.
/// </summary>
internal static class AttachmentName
{
    public const int LimitBytes = 255;

    /// <summary>Null for a good name.</summary>
    public static Error? Refuse(string name) => Reason(name) is { } reason
        ? Error.Invalid("bad_attachment_name", $"The attachment name {Sanitize.Quote(name)} {reason}.", "Use a plain file name such as trace.txt.")
        : null;

    private static string? Reason(string name) => name switch
    {
        "" => "is empty",
        "." or ".." => "is a folder",
        _ when !Sanitize.IsStorable(name) => "is not valid text",
        _ when name.AsSpan().IndexOfAny('/', '\\', ':') >= 0 => "has a separator of paths in it",
        _ when Sanitize.OneLine(name) != name => "has control, invisible or surplus blank characters in it",
        _ when name.EndsWith('.') => "ends in a dot",
        // Decomposed letters: the same name twice that a person cannot tell apart. Normalizing is not possible without ICU.
        _ when name.Any(c => c is >= '\u0300' and <= '\u036f') => "is not in composed form (NFC)",
        _ when Encoding.UTF8.GetByteCount(name) > LimitBytes => $"is longer than {LimitBytes} bytes",
        _ => null,
    };
}
