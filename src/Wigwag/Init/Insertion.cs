namespace Wigwag.Program.Init;

/// <summary>Text that was put into a file, and the place it got then.</summary>
/// <param name="At">Characters before it.</param>
/// <param name="Text">What was put there.</param>
/// <param name="Removed">What stood there and gave way to it, an entry of Wigwag's that named a program that is gone; null where nothing did.</param>
internal sealed record Insertion(int At, string Text, string? Removed = null)
{
    public string Into(string text) => text.Remove(At, Removed?.Length ?? 0).Insert(At, Text);

    /// <summary>The text as it was before, or null when what was put in is not there any more.</summary>
    public string? OutOf(string text) => At + Text.Length <= text.Length && string.CompareOrdinal(text, At, Text, 0, Text.Length) == 0
        ? text.Remove(At, Text.Length).Insert(At, Removed ?? "")
        : null;
}
