using System.Text;
using Wigwag.Core.Leases.Scopes;

namespace Wigwag.Program.Guard;

/// <summary>A path that a commit changes, as the server can be asked about it.</summary>
/// <param name="Text">The path from the root; with a slash at its end where all below it changes.</param>
/// <param name="IsPattern">True when the name cannot be said exactly, and the text is a pattern that matches it.</param>
internal readonly record struct ChangedPath(string Text, bool IsPattern = false)
{
    // A path by itself may be longer than a scope.
    private const int LongestPath = 4096;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// What git names in bytes. A name that is not UTF-8 becomes a pattern with <c>*</c> for what cannot be decoded, and one that is too
    /// long its nearest folder: both match more than the file, so a reservation of it is never missed.
    /// </summary>
    public static ChangedPath Of(ReadOnlySpan<byte> name) => Decode(name) is { } text
        ? text.Length > LongestPath ? FolderOf(text) : new(Scope.IsSurface(text) ? "./" + text : text)
        : Fit(Pattern(name));

    /// <summary>The same path with all that is below it, for a submodule or a link in place of a folder.</summary>
    public ChangedPath Below()
    {
        return IsPattern ? Fit(Text + "/**")
            : Text.Any(char.IsControl) || Glob.Escape(Text).Length >= Glob.MaxLength ? FolderOf(Text)
            : new(Text + "/");
    }

    private static string? Decode(ReadOnlySpan<byte> name)
    {
        try
        {
            return Strict.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string Pattern(ReadOnlySpan<byte> name)
    {
        var pattern = new StringBuilder();
        while (name.Length > 0)
        {
            var isRune = Rune.DecodeFromUtf8(name, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            var next = !isRune ? "*" : rune.Value < ' ' || rune.Value is >= 0x7f and < 0xa0 ? "?" : Glob.Escape(rune.ToString());
            pattern.Append(next is "*" && pattern.Length > 0 && pattern[^1] == '*' ? "" : next);
            name = name[length..];
        }
        return pattern.ToString();
    }

    private static ChangedPath FolderOf(string path) => Fit(string.Concat(Glob.Escape(path).Select(c => char.IsControl(c) ? '?' : c)) + "/**");

    // A pattern that is too long to be asked about is cut at a slash, and then stands for all below.
    private static ChangedPath Fit(string pattern)
    {
        while (pattern.Length > Glob.MaxLength)
        {
            var whole = pattern.EndsWith("/**", StringComparison.Ordinal) ? pattern[..^3] : pattern;
            var slash = whole.LastIndexOf('/');
            pattern = slash < 0 ? "**" : whole[..slash] + "/**";
        }
        return new(pattern, IsPattern: true);
    }
}
