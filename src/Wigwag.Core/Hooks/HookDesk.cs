using System.Text.Json.Nodes;
using Wigwag.Core.Agents;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Hooks;

/// <summary>
/// Answers the hooks of agents' clients: who they are and what waits at the start, new mail at a prompt, a refusal before an edit of what
/// another agent has reserved, renewal after one, what is still owed at the end. It does so by the operations that anybody may run, as the
/// agent that called.
/// </summary>
public sealed class HookDesk(Dispatcher dispatcher, Machine? machine = null)
{
    // As long as an edit may take until the next one renews it.
    private const int EditSeconds = 1800;

    private readonly OperationCalls _calls = new(dispatcher);
    private readonly HookMemory _memory = new(dispatcher.Store.Clock);

    /// <summary>What there is to say; nothing to a caller who is no agent. Refused where nobody could say what is held before a tool writes.</summary>
    public async ValueTask<Result<HookAnswer>> Answer(Caller caller, HookClient client, HookInput input, CancellationToken cancel)
    {
        if (caller.Agent is not { } agent)
        {
            return HookAnswer.Nothing;
        }
        caller = caller with { Session = ClientSession.Hook(input.Session, client.Name) };
        if (input.Moment != HookMoment.SessionEnd)
        {
            dispatcher.Note(caller);
        }
        var told = _memory.Of(agent, input.Session);
        switch (input.Moment)
        {
            case HookMoment.SessionStart:
                return new HookAnswer { Context = await Begin(caller, client, input, told, cancel) };
            case HookMoment.Prompt:
                // A client that cannot be told now is told after the next tool.
                return client.Hears(HookMoment.Prompt) ? new HookAnswer { Context = await Mail(caller, told, wakingOnly: false, cancel) } : HookAnswer.Nothing;
            case HookMoment.BeforeTool:
                return (await Deny(caller, input, cancel)).Try(out var deny, out var error) ? new HookAnswer { Deny = deny.Reason } : error;
            case HookMoment.AfterTool:
                var lines = new[] { await Renew(caller, input, told, cancel), await Mail(caller, told, wakingOnly: client.Hears(HookMoment.Prompt), cancel) };
                return new HookAnswer { Context = Join(lines) };
            case HookMoment.Stop:
                return new HookAnswer { GoOn = input.IsContinued ? null : await Owed(caller, told, cancel) };
            default:
                await End(caller, cancel);
                _memory.Forget(agent, input.Session);
                return HookAnswer.Nothing;
        }
    }

    private async ValueTask<string?> Begin(Caller caller, HookClient client, HookInput input, HookMemory.Told told, CancellationToken cancel)
    {
        var profile = new JsonObject { ["program"] = client.Name, ["session"] = input.Session };
        if (input.Model is { } model)
        {
            profile["model"] = model;
        }
        await _calls.Ask(caller, "update_agent", profile, cancel);
        var inbox = await _calls.Ask(caller, "check_inbox", new() { ["unread"] = true, ["limit"] = 5 }, cancel);
        var leases = await _calls.Ask(caller, "list_leases", new() { ["kind"] = "reservation" }, cancel);
        if (inbox.Try(out var page, out _))
        {
            told.After = page["after"]?.GetValue<string>();
        }
        return HookTexts.Welcome(caller, page, leases.Try(out var held, out _) ? held : null);
    }

    /// <summary>One line about the messages that came since the session was last told, or those that may interrupt it; null when none did.</summary>
    private async ValueTask<string?> Mail(Caller caller, HookMemory.Told told, bool wakingOnly, CancellationToken cancel)
    {
        var request = new JsonObject { ["timeout"] = 0, ["limit"] = 20, ["via"] = "hook", ["waking"] = wakingOnly };
        if (told.After is { } after)
        {
            request["after"] = after;
        }
        else
        {
            // The session began before this server did: what is unread may be new to it.
            request["unread"] = true;
        }
        if (!(await _calls.Ask(caller, "wait_for_messages", request, cancel)).Try(out var arrivals, out _))
        {
            return null;
        }
        var messages = arrivals["messages"]!.AsArray().OfType<JsonObject>().ToList();
        // Told by message too, for what woke the agent between two tools comes again at the prompt.
        messages.RemoveAll(message => !told.Once(message["message_id"]!.GetValue<string>()));
        if (!wakingOnly)
        {
            told.After = arrivals["after"]?.GetValue<string>() ?? told.After;
        }
        return messages.Count == 0 ? null : HookTexts.NewMail(messages);
    }

    /// <summary>Why a tool may not run; null when it may.</summary>
    private readonly record struct Denial(string? Reason);

    private async ValueTask<Result<Denial>> Deny(Caller caller, HookInput input, CancellationToken cancel)
    {
        if (!(await ProjectPaths.Of(dispatcher, caller, input.Targets, machine, cancel)).Try(out var projects, out var error))
        {
            return error;
        }
        foreach (var paths in projects)
        {
            if (!(await Check(caller, paths, cancel)).Try(out var check, out error))
            {
                return error;
            }
            var held = check["held"]!.AsArray().OfType<JsonObject>().Where(lease => lease["mode"]?.GetValue<string>() == "exclusive").ToList();
            if (held.Count > 0)
            {
                return new Denial(HookTexts.Refusal(held, dispatcher.Store.Clock.GetUtcNow()));
            }
            if (check["policy"]?.GetValue<string>() == "reserve-on-edit" && paths.Reservable.ToList() is { Count: > 0 } files)
            {
                var reserved = await _calls.Ask(caller, "reserve", new()
                {
                    ["project"] = paths.Project.Value,
                    ["scopes"] = Texts(files.Select(ProjectPaths.Literal)),
                    ["ttl_seconds"] = EditSeconds,
                    ["reason"] = "editing",
                }, cancel);
                if (reserved.Error is { Code: "scope_held" } conflict)
                {
                    return new Denial(HookTexts.Refusal([.. conflict.Details?["conflicts"]?.AsArray().OfType<JsonObject>() ?? []], dispatcher.Store.Clock.GetUtcNow()));
                }
            }
        }
        return default(Denial);
    }

    /// <summary>Renews what covers the paths; a line about those that nothing covers, once each, where the project wants it.</summary>
    private async ValueTask<string?> Renew(Caller caller, HookInput input, HookMemory.Told told, CancellationToken cancel)
    {
        var bare = new List<string>();
        var found = await ProjectPaths.Of(dispatcher, caller, input.Targets, machine, cancel);
        foreach (var paths in found.Try(out var projects, out _) ? projects : [])
        {
            if (paths.Paths.Count == 0)
            {
                continue;
            }
            var renewed = await _calls.Ask(caller, "renew", new() { ["project"] = paths.Project.Value, ["scopes"] = Texts(paths.Paths) }, cancel);
            if (renewed.Error is { Code: "lease_over" } lost && told.Once($"lost {lost.Message}"))
            {
                return HookTexts.Lost(lost);
            }
            if (renewed.Error is { Code: "not_held" } && (await Check(caller, paths, cancel)).Try(out var check, out _) && check["policy"]?.GetValue<string>() == "warn")
            {
                bare.AddRange(paths.Paths.Where(path => told.Once($"bare {paths.Project} {path}")));
            }
        }
        return bare.Count == 0 ? null : HookTexts.Unreserved(bare);
    }

    /// <summary>What waits for an acknowledgement, each message once; null when nothing does.</summary>
    private async ValueTask<string?> Owed(Caller caller, HookMemory.Told told, CancellationToken cancel)
    {
        if (!(await _calls.Ask(caller, "show_status", new() { ["mine"] = true }, cancel)).Try(out var status, out _) || status["unacknowledged"]!.GetValue<long>() == 0
            || !(await _calls.Ask(caller, "check_inbox", new() { ["limit"] = 100 }, cancel)).Try(out var page, out _))
        {
            return null;
        }
        var owed = page["messages"]!.AsArray().OfType<JsonObject>()
            .Where(message => message["ack_required"]?.GetValue<bool>() == true && message["state"]?.GetValue<string>() != "acked" && message["taken_by"] is null)
            .Where(message => told.Once($"owed {message["message_id"]}"))
            .ToList();
        return owed.Count == 0 ? null : HookTexts.Owed(owed);
    }

    private async ValueTask End(Caller caller, CancellationToken cancel)
    {
        // With the last session, for another of the same workspace may go on working.
        await _calls.Ask(caller, "goodbye", new() { ["release"] = true }, cancel);
    }

    private ValueTask<Result<JsonObject>> Check(Caller caller, ProjectPaths paths, CancellationToken cancel) => _calls.Ask(
        caller, "check_paths", new() { ["project"] = paths.Project.Value, ["paths"] = Texts(paths.Paths), ["patterns"] = Texts(paths.Patterns) }, cancel);

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static string? Join(IEnumerable<string?> lines) => string.Join('\n', lines.OfType<string>()) is { Length: > 0 } text ? text : null;
}
