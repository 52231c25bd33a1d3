using System.Text.Json;
using Wigwag.Core.Hooks.Shell;

namespace Wigwag.Core.Hooks;

/// <summary>What a tool call writes, by the names that the clients give their tools and their arguments.</summary>
internal static class ToolTargets
{
    private static readonly HashSet<string> Editors = new(StringComparer.OrdinalIgnoreCase)
    {
        // Claude Code
        "Edit", "Write", "MultiEdit", "NotebookEdit",
        // Gemini CLI
        "write_file", "replace",
        // Cursor
        "StrReplace", "Delete", "TabWrite", "edit_file", "search_replace", "delete_file", "edit_notebook", "EditNotebook",
    };

    private static readonly HashSet<string> Shells = new(StringComparer.OrdinalIgnoreCase)
    {
        "Bash", "Shell", "run_shell_command", "run_terminal_cmd", "local_shell", "shell_command", "exec_command",
    };

    private static readonly string[] Files = ["file_path", "notebook_path", "absolute_path", "target_file", "target_notebook", "path"];

    public static List<WriteTarget> Of(JsonElement sent, string folder)
    {
        var tool = HookInput.Text(sent, "tool_name") ?? "";
        // Cursor's hooks of one tool name no tool: beforeShellExecution has a command, afterFileEdit a file_path.
        var input = sent.TryGetProperty("tool_input", out var given) && given.ValueKind == JsonValueKind.Object ? given : sent;
        var targets = new Targets();
        if (Shells.Contains(tool) || tool.Length == 0 && input.TryGetProperty("command", out _))
        {
            var inside = HookInput.Text(input, "working_directory") ?? HookInput.Text(input, "workdir") ?? HookInput.Text(input, "dir_path") ?? HookInput.Text(input, "directory");
            return ShellWrites.Of(Command(input), inside is null ? folder : Targets.Resolve(inside, folder) ?? folder);
        }
        if (tool == "apply_patch")
        {
            var patch = HookInput.Text(input, "command") ?? HookInput.Text(input, "input") ?? HookInput.Text(input, "patch") ?? "";
            Programs.Patch(patch, folder, targets);
        }
        else if (Editors.Contains(tool) || tool.Length == 0)
        {
            if (Files.Select(name => HookInput.Text(input, name)).FirstOrDefault(path => path is not null) is { } file)
            {
                targets.Add(file, folder);
            }
        }
        return [.. targets.Found];
    }

    // A text, or what the shell is given as arguments: ["bash", "-lc", "…"].
    private static string Command(JsonElement input)
    {
        if (!input.TryGetProperty("command", out var command) && !input.TryGetProperty("cmd", out command))
        {
            return "";
        }
        return command.ValueKind switch
        {
            JsonValueKind.String => HookInput.Text(command)!,
            JsonValueKind.Array => string.Join(' ', command.EnumerateArray()
                .Where(word => word.ValueKind == JsonValueKind.String)
                .Select(word => $"'{HookInput.Text(word)!.Replace("'", "'\\''", StringComparison.Ordinal)}'")),
            _ => "",
        };
    }
}
