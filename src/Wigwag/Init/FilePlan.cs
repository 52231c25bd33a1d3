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

    /// <summary>
    /// The file with everything that is wanted in it. What is there already, however it came there, stays; an entry of Wigwag's that nobody
    /// remembers putting in gives way only where it names a program that is gone, and comes back when this is undone.
    /// </summary>
    /// <param name="file">What is wanted.</param>
    /// <param name="client">Whose file it is.</param>
    /// <param name="before">The file's text, or null.</param>
    /// <param name="record">What was put in before, or null.</param>
    /// <exception cref="FormatException">The file cannot be changed without breaking it.</exception>
    public static FileChange Install(WantedFile file, HookClient client, string? before, FileRecord? record)
    {
        if (before is not null && IsComplete(file, client, before, isOurs: record is { Insertions.Count: > 0 }))
        {
            // Nothing was put in, and that is remembered too: there is nothing to take out.
            return new(file.Path, before, before, record ?? new() { Path = file.Path, Client = client.Name, Written = FileRecord.Hash(before), Insertions = [] });
        }
        // What was put in earlier comes out first, so that the record is of one piece.
        var clean = before is null || record is null ? before : Undo(file, client, before, record);
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
    /// <param name="file">What was wanted.</param>
    /// <param name="client">Whose file it is.</param>
    /// <param name="before">The file's text, or null.</param>
    /// <param name="record">What was put in, or null to take out what says that it is Wigwag's.</param>
    public static FileChange Uninstall(WantedFile file, HookClient client, string? before, FileRecord? record) =>
        new(file.Path, before, before is null ? null : record is null ? WithoutOurs(file, client, before) : Undo(file, client, before, record), null);

    /// <summary>True when a file holds everything that is wanted, be it Wigwag's or the user's own.</summary>
    /// <param name="file">What is wanted.</param>
    /// <param name="client">Whose file it is.</param>
    /// <param name="text">The file's text.</param>
    /// <param name="isOurs">True when Wigwag put in what is there: then it is to be what would be put in now.</param>
    public static bool IsComplete(WantedFile file, HookClient client, string text, bool isOurs = true)
    {
        if (file.Values is [Wanted.Table table])
        {
            TomlText.Check(text);
            return TomlText.Find(text, table) is { } found ? IsWell(found.Command, table.Command, isOurs) : TomlText.Defines(text, table.Key);
        }
        var root = JsonText.Parse(text);
        return root is not null && file.Values.All(wanted => wanted switch
        {
            Wanted.Hook hook => Calls(Find(root, hook.Path), client).Any(entry => Commands(entry).All(command => !ClientSetup.IsHook(command, client) || IsWell(command, hook.Command, isOurs))),
            Wanted.Member member => Find(root, member.Path)?[member.Name] is { } entry && (!member.IsOurs(entry) || IsWell(entry.TextOf("command")!, Command(member), isOurs)),
            _ => true,
        });
    }

    private static bool IsWell(string command, string wanted, bool isOurs) =>
        command == wanted || !isOurs && IsHttp(command) == IsHttp(wanted) && (IsHttp(command) || ProgramName.Runs(command));

    private static bool IsHttp(string command) => command.StartsWith("http", StringComparison.Ordinal) && command.Contains("://", StringComparison.Ordinal);

    private static string Command(Wanted.Member member) => member.Value()["command"]!.GetValue<string>();

    /// <summary>The entries of a list that call a hook of Wigwag's, the user's own as well.</summary>
    private static IEnumerable<JsonText> Calls(JsonText? list, HookClient client) =>
        list is { Kind: JsonKind.List } ? list.Items.Where(entry => Commands(entry).Any(command => ClientSetup.CallsHook(command, client))) : [];

    /// <summary>The hooks of Wigwag's in a list, each with its place.</summary>
    public static IEnumerable<JsonText> Ours(JsonText? list, HookClient client) =>
        list is { Kind: JsonKind.List } ? Ours(list.Items, client) : [];

    private static IEnumerable<JsonText> Ours(IEnumerable<JsonText> entries, HookClient client) =>
        entries.Where(entry => Commands(entry).ToList() is { Count: > 0 } commands && commands.All(command => ClientSetup.IsHook(command, client)));

    /// <summary>The commands and addresses that an entry of a list of hooks calls.</summary>
    public static IEnumerable<string> Commands(JsonText entry) =>
        (entry["hooks"] is { Kind: JsonKind.List } handlers ? handlers.Items : [entry]).Select(handler => handler.TextOf("command") ?? handler.TextOf("url")).OfType<string>();

    private static JsonText? Find(JsonText root, IEnumerable<string> path) => path.Aggregate((JsonText?)root, (at, name) => at?[name]);

    private static (string, IReadOnlyList<Insertion>) Put(Wanted.Table table, string text)
    {
        TomlText.Check(text);
        var insertion = TomlText.Find(text, table) is { } stale ? stale.ReplacedBy(table, text) : TomlText.Place(text, table.Family, table.Text);
        var after = insertion.Into(text);
        try
        {
            TomlText.Check(after);
        }
        catch (FormatException)
        {
            throw new FormatException($"'{table.Family}' is written there in a way that a table cannot be added to");
        }
        return (after, [insertion]);
    }

    private static (string, IReadOnlyList<Insertion>) Put(WantedFile file, HookClient client, string text)
    {
        var editor = new JsonEditor(text);
        foreach (var wanted in file.Values)
        {
            switch (wanted)
            {
                case Wanted.Hook hook when Calls(editor.Find(hook.Path), client).ToList() is { Count: > 0 } there:
                    if (there.All(entry => Ours([entry], client).Any() && Commands(entry).Any(command => command != hook.Command)))
                    {
                        editor.Replace(there[0], hook.Value());
                    }
                    break;
                case Wanted.Hook hook:
                    editor.Append(hook.Path, hook.Value());
                    break;
                case Wanted.Member member when editor.Find([.. member.Path, member.Name]) is { } entry:
                    if (member.IsOurs(entry) && entry.TextOf("command") != Command(member))
                    {
                        editor.Replace(entry, member.Value());
                    }
                    break;
                case Wanted.Member member:
                    editor.SetMember(member.Path, member.Name, member.Value());
                    break;
                case Wanted.Preamble preamble when editor.Find(preamble.Name) is null:
                    editor.SetMember([], preamble.Name, preamble.Value());
                    break;
            }
        }
        JsonText.Parse(editor.Text);
        return (editor.Text, editor.Insertions);
    }

    private static string? Undo(WantedFile file, HookClient client, string text, FileRecord record)
    {
        if (record.Insertions.Count == 0)
        {
            return text;
        }
        var exact = FileRecord.Hash(text) == record.Written ? Reverse(text, record.Insertions) : null;
        if (exact is not null)
        {
            return record.Created ? null : exact;
        }
        // Others wrote in it since: each piece is looked for, and what is not found to the letter is taken out by what it says.
        if (ReverseAnywhere(text, record.Insertions) is { } found && IsClean(file, client, found, record))
        {
            return record.Created && IsEmpty(file, found) ? null : found;
        }
        var rest = WithoutOurs(file, client, text, record);
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

    private static bool IsClean(WantedFile file, HookClient client, string text, FileRecord record)
    {
        try
        {
            return WithoutOurs(file, client, text, record) == text;
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

    /// <summary>Without the entries that say they are Wigwag's, and the containers that nothing is left in.</summary>
    /// <param name="file">What was wanted.</param>
    /// <param name="client">Whose file it is.</param>
    /// <param name="text">The file's text.</param>
    /// <param name="record">What was put in: nothing else goes. Null when nobody remembers.</param>
    private static string WithoutOurs(WantedFile file, HookClient client, string text, FileRecord? record = null)
    {
        bool WasPutIn(string text) => record is null || record.Insertions.Any(insertion => insertion.Text.Contains(text, StringComparison.Ordinal));

        if (file.Values is [Wanted.Table table])
        {
            TomlText.Check(text);
            return TomlText.Find(text, table) is { } found ? TomlText.Remove(text, found.Table) : text;
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
                while (editor.Find(hook.Path) is { } list && Ours(list, client).FirstOrDefault(entry => Commands(entry).All(command => WasPutIn(Json.Quote(command))) && IsUntouched(editor.Text, entry)) is { } entry)
                {
                    editor.Remove(list, entry);
                    Prune(editor, hook.Path);
                }
            }
            else if (wanted is Wanted.Member member && editor.Find(member.Path) is { } owner && owner[member.Name] is { } entry && member.IsOurs(entry) && WasPutIn($"{Json.Quote(member.Name)}: {{") && IsUntouched(editor.Text, entry))
            {
                editor.Remove(owner, entry);
                Prune(editor, member.Path);
            }
        }
        return editor.Text;
    }

    // An entry with a comment in it has been somebody's since.
    private static bool IsUntouched(string text, JsonText entry)
    {
        try
        {
            Json.Parse(text[entry.Start..entry.End]);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
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
}
