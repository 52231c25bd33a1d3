using System.Text;
using Wigwag.Core.Hooks;
using Wigwag.Git;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Init;

/// <summary>What one file is and what it will be.</summary>
/// <param name="Path">From the root of the working copy.</param>
/// <param name="Before">Its text, or null when it is not there.</param>
/// <param name="After">Its text then, or null when it goes.</param>
/// <param name="Record">What is to be remembered of it, or null.</param>
internal sealed record FileChange(string Path, string? Before, string? After, FileRecord? Record)
{
    public bool IsNone => Before == After;
}

/// <summary>Works out what a file becomes, without writing anything.</summary>
internal static class FilePlan
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of a file, with its byte order mark if it has one; null when it is not there.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="within">The clone whose file it is; none for a file of the user's own.</param>
    /// <exception cref="FormatException">It is no UTF-8, no regular file, too large, or a link leads it out of the clone.</exception>
    public static string? Read(string path, params IReadOnlyList<string> within)
    {
        try
        {
            return !PlainFile.Read(path, PlainFile.MaxConfigBytes, within).Try(out var bytes, out var error)
                ? throw new FormatException(error.Message.TrimEnd('.'))
                : bytes is null ? null : Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException("the file is not UTF-8");
        }
    }

    public static byte[] Bytes(string text) => Utf8.GetBytes(text);

    /// <summary>The file with everything that is wanted in it. What is there already, however it came there, stays.</summary>
    /// <param name="file">What is wanted.</param>
    /// <param name="client">Whose file it is.</param>
    /// <param name="before">The file's text, or null.</param>
    /// <param name="record">What was put in before, or null.</param>
    /// <exception cref="FormatException">The file cannot be changed without breaking it.</exception>
    public static FileChange Install(WantedFile file, HookClient client, string? before, FileRecord? record)
    {
        if (before is not null && IsComplete(file, client, before))
        {
            return new(file.Path, before, before, record);
        }
        // What was put in earlier comes out first, so that the record is of one piece.
        var clean = before is null ? null : record is null ? WithoutStale(file, client, before) : Undo(file, client, before, record);
        var (after, insertions) = file.Values is [Wanted.Table table] ? Put(table, clean ?? "") : Put(file, client, clean ?? "");
        return new(file.Path, before, after, new()
        {
            Path = file.Path,
            Client = client.Name,
            Created = clean is null,
            Folders = record?.Folders,
            Written = FileRecord.Hash(after),
            Insertions = insertions,
        });
    }

    /// <summary>The file as it was before, or without what Wigwag put in where others changed it since; null when nothing is left of it.</summary>
    public static FileChange Uninstall(WantedFile file, HookClient client, string? before, FileRecord? record) =>
        new(file.Path, before, before is null ? null : record is null ? WithoutOurs(file, client, before) : Undo(file, client, before, record), null);

    /// <summary>True when a file holds everything that is wanted.</summary>
    public static bool IsComplete(WantedFile file, HookClient client, string text)
    {
        if (file.Values is [Wanted.Table table])
        {
            return TomlText.Tables(text).Find(known => known.Name == table.Name) is { } found && (IsUsers(text, found) || text[found.Start..found.End].Contains(CommandLine(table.Text), StringComparison.Ordinal));
        }
        var root = JsonText.Parse(text);
        return root is not null && file.Values.All(wanted => wanted switch
        {
            Wanted.Hook hook => Ours(Find(root, hook.Path), client).Any(entry => Commands(entry).All(command => command == hook.Command)),
            Wanted.Member member => Find(root, member.Path)?[member.Name] is { } entry && (!member.IsOurs(entry) || IsSame(entry, member)),
            _ => true,
        });
    }

    /// <summary>The hooks of Wigwag's in a list, each with its place.</summary>
    public static IEnumerable<JsonText> Ours(JsonText? list, HookClient client) =>
        list is { Kind: JsonKind.List } ? list.Items.Where(entry => Commands(entry).ToList() is { Count: > 0 } commands && commands.All(command => ClientSetup.IsHook(command, client))) : [];

    /// <summary>The commands and addresses that an entry of a list of hooks calls.</summary>
    public static IEnumerable<string> Commands(JsonText entry) =>
        (entry["hooks"] is { Kind: JsonKind.List } handlers ? handlers.Items : [entry]).Select(handler => handler.TextOf("command") ?? handler.TextOf("url")).OfType<string>();

    private static bool IsSame(JsonText entry, Wanted.Member member) => entry.TextOf("command") == member.Value()["command"]!.GetValue<string>();

    private static JsonText? Find(JsonText root, IEnumerable<string> path) => path.Aggregate((JsonText?)root, (at, name) => at?[name]);

    private static (string, IReadOnlyList<Insertion>) Put(Wanted.Table table, string text)
    {
        if (TomlText.Tables(text).Exists(known => known.Name == table.Name))
        {
            return (text, []);
        }
        if (text.Split('\n').Any(line => line.TrimStart().StartsWith(table.Family, StringComparison.Ordinal) && line.TrimStart()[table.Family.Length..].TrimStart().StartsWith('=')))
        {
            throw new FormatException($"'{table.Family}' is written as one value there, which a table cannot be added to");
        }
        var insertion = TomlText.Place(text, table.Family, table.Text);
        return (insertion.Into(text), [insertion]);
    }

    private static (string, IReadOnlyList<Insertion>) Put(WantedFile file, HookClient client, string text)
    {
        var editor = new JsonEditor(text);
        foreach (var wanted in file.Values)
        {
            switch (wanted)
            {
                case Wanted.Hook hook when !Ours(editor.Find(hook.Path), client).Any():
                    editor.Append(hook.Path, hook.Value());
                    break;
                case Wanted.Member member when editor.Find([.. member.Path, member.Name]) is null:
                    editor.SetMember(member.Path, member.Name, member.Value());
                    break;
                case Wanted.Preamble preamble when editor.Find(preamble.Name) is null:
                    editor.SetMember([], preamble.Name, preamble.Value());
                    break;
            }
        }
        return (editor.Text, editor.Insertions);
    }

    private static string? Undo(WantedFile file, HookClient client, string text, FileRecord record)
    {
        var exact = FileRecord.Hash(text) == record.Written ? Reverse(text, record.Insertions) : null;
        if (exact is not null)
        {
            return record.Created ? null : exact;
        }
        // Others wrote in it since: each piece is looked for, and what is not found to the letter is taken out by what it says.
        if (ReverseAnywhere(text, record.Insertions) is { } found && IsClean(file, client, found))
        {
            return record.Created && IsEmpty(file, found) ? null : found;
        }
        var rest = WithoutOurs(file, client, text);
        return record.Created && rest is not null && IsEmpty(file, rest) ? null : rest;
    }

    private static string? Reverse(string text, IReadOnlyList<Insertion> insertions) =>
        insertions.Reverse().Aggregate((string?)text, (at, insertion) => at is null ? null : insertion.OutOf(at));

    private static string? ReverseAnywhere(string text, IReadOnlyList<Insertion> insertions)
    {
        var shift = 0;
        foreach (var insertion in insertions.Reverse())
        {
            // A comma alone is everywhere: it is the one that has the same distance from what was put in right after it.
            var at = insertion.Text.Length < 8 ? insertion.At + shift : text.IndexOf(insertion.Text, StringComparison.Ordinal);
            if (at < 0 || insertion.Text.Length >= 8 && text.IndexOf(insertion.Text, at + 1, StringComparison.Ordinal) >= 0
                || new Insertion(at, insertion.Text).OutOf(text) is not { } rest)
            {
                return null;
            }
            (text, shift) = (rest, at - insertion.At);
        }
        return text;
    }

    private static bool IsClean(WantedFile file, HookClient client, string text)
    {
        try
        {
            return WithoutOurs(file, client, text) == text;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool IsEmpty(WantedFile file, string text)
    {
        if (file.Values is [Wanted.Table])
        {
            return string.IsNullOrWhiteSpace(text);
        }
        var preambles = file.Values.OfType<Wanted.Preamble>().Select(preamble => preamble.Name).ToList();
        return JsonText.Parse(text) is not { } root || root.Kind == JsonKind.Object && root.Items.All(item => preambles.Contains(item.Name)) && !text.Contains("//", StringComparison.Ordinal) && !text.Contains("/*", StringComparison.Ordinal);
    }

    /// <summary>Without the entries that are Wigwag's and not what is wanted now.</summary>
    private static string WithoutStale(WantedFile file, HookClient client, string text) => WithoutOurs(file, client, text, staleOnly: true) ?? "";

    /// <summary>Without the entries that say they are Wigwag's, and the containers that nothing is left in.</summary>
    private static string? WithoutOurs(WantedFile file, HookClient client, string text, bool staleOnly = false)
    {
        if (file.Values is [Wanted.Table table])
        {
            return TomlText.Tables(text).Find(known => known.Name == table.Name) is { } found && !IsUsers(text, found)
                && !(staleOnly && text[found.Start..found.End].Contains(CommandLine(table.Text), StringComparison.Ordinal))
                ? TomlText.Remove(text, found)
                : text;
        }
        if (JsonText.Parse(text) is null)
        {
            return text;
        }
        var editor = new JsonEditor(text);
        foreach (var wanted in file.Values)
        {
            if (wanted is Wanted.Hook hook)
            {
                while (editor.Find(hook.Path) is { } list && Ours(list, client).FirstOrDefault(entry => !staleOnly || Commands(entry).Any(command => command != hook.Command)) is { } entry)
                {
                    editor.Remove(list, entry);
                    Prune(editor, hook.Path);
                }
            }
            else if (wanted is Wanted.Member member && editor.Find(member.Path) is { } owner && owner[member.Name] is { } entry && member.IsOurs(entry) && !(staleOnly && IsSame(entry, member)))
            {
                editor.Remove(owner, entry);
                Prune(editor, member.Path);
            }
        }
        return editor.Text;
    }

    private static void Prune(JsonEditor editor, IReadOnlyList<string> path)
    {
        for (var length = path.Count; length > 0; length--)
        {
            var parent = editor.Find(path.Take(length - 1))!;
            if (parent[path[length - 1]] is not { Items.Count: 0 } empty || editor.Text.AsSpan(empty.Start + 1, empty.End - empty.Start - 2).Trim().Length > 0)
            {
                return;
            }
            editor.Remove(parent, empty);
        }
    }

    private static string CommandLine(string table) => table.Split('\n')[1];

    // A table of that name that runs something else.
    private static bool IsUsers(string text, TomlText.Table table) =>
        !text[table.Start..table.End].Contains("wigwag\"", StringComparison.Ordinal) && !text[table.Start..table.End].Contains("wigwag'", StringComparison.Ordinal);
}
