namespace Wigwag.Program.Init;

/// <summary>Text that was put into a file, and the place it got then.</summary>
/// <param name="At">Characters before it.</param>
/// <param name="Text">What was put there.</param>
internal sealed record Insertion(int At, string Text)
{
    public string Into(string text) => text.Insert(At, Text);

    /// <summary>The text without it again, or null when it is not there any more.</summary>
    public string? OutOf(string text) => At + Text.Length <= text.Length && string.CompareOrdinal(text, At, Text, 0, Text.Length) == 0
        ? text.Remove(At, Text.Length)
        : null;
}
