using Wigwag.Core.Operations;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Cli;

/// <summary>Sends what the outbox holds for a server, oldest first, until the server cannot take more.</summary>
internal sealed class OutboxSending(Outbox outbox, Route route, Func<Standing, Identity, Delivery> delivery)
{
    // Servers know an idempotency key for 30 days. A command that did reach its server, whose answer was lost, is found out by it.
    private static readonly TimeSpan KnownFor = TimeSpan.FromDays(29);

    /// <summary>How many were done.</summary>
    public int Done { get; private set; }

    /// <summary>Those that the server would not do; they stay in the outbox with the reason.</summary>
    public List<(Kept Command, Error Error)> Refused { get; } = [];

    /// <summary>Sends them.</summary>
    /// <param name="only">The ones to send, those that were refused before too; null for all that wait.</param>
    /// <exception cref="UnreachableException">The server cannot take them now; what was not sent waits on.</exception>
    public void Run(IReadOnlySet<string>? only = null)
    {
        using var turn = outbox.TakeTurn() ?? throw Outbox.Busy();
        // Listed in one's turn: what another command has just sent is not there any more.
        foreach (var kept in outbox.All().Commands.Where(kept => kept.Address == route.Address && (only is null ? !kept.IsRefused : only.Contains(kept.Id))))
        {
            var waiting = kept.IsRefused ? outbox.Requeue(kept) : kept;
            var refusal = only is null && DateTimeOffset.UtcNow - kept.At > KnownFor ? TooOld(kept) : Refusal(waiting);
            if (refusal is null)
            {
                outbox.Remove(waiting);
                Done++;
                continue;
            }
            outbox.SetAside(waiting, refusal);
            Refused.Add((waiting, refusal));
        }
    }

    /// <summary>Says on standard error which were refused.</summary>
    public void Tell(bool isJson)
    {
        foreach (var (command, error) in Refused)
        {
            Failure.Notice(
                "kept_command_refused",
                $"The command '{command.Command}' that you gave {Value.Ago(command.At)}, and that was kept, was refused: {error.Message} {error.Next}".TrimEnd(),
                $"See 'wigwag outbox show {command.Id}'; then 'wigwag outbox send {command.Id}' or 'wigwag outbox drop {command.Id}'.",
                isJson);
        }
    }

    // Why the server would not do it, or null when it did.
    private Error? Refusal(Kept kept)
    {
        try
        {
            var standing = Standing.At(kept.Folder ?? "/");
            var sends = delivery(standing, new(kept.Agent, standing.Header ?? kept.Workspace));
            foreach (var file in kept.Files ?? [])
            {
                if (Uploads.Send(sends, outbox.Content(kept, file)) is var uploaded && !uploaded.IsSuccess)
                {
                    return Judge(uploaded);
                }
            }
            var reply = sends.Send(kept.Call);
            return reply.IsSuccess ? null : Judge(reply);
        }
        catch (Refusal e) when (e.Error.Kind is not ErrorKind.Unavailable)
        {
            return e.Error;
        }
        catch (Refusal e)
        {
            throw new UnreachableException(e.Error.Message, e);
        }
        catch (FileNotFoundException)
        {
            return Error.NotFound("attachment_missing", "A file that it attaches is not in the outbox any more.", "Give the command again.");
        }
    }

    // What is wrong with the server or the key is not wrong with the command: it waits on.
    private Error Judge(Reply reply)
    {
        var error = Problems.Read(reply, route.Server.Name);
        return error.Kind is ErrorKind.Unavailable or ErrorKind.RateLimited || reply.Status == 401 ? throw new UnreachableException(error.Message) : error;
    }

    private static Error TooOld(Kept kept) => new(
        ErrorKind.Expired,
        "kept_too_long",
        $"It was given {Value.Ago(kept.At)}; a server that did it then, and whose answer was lost, does not know that any more.",
        "Send it by its number if it was not done.");
}

/// <summary>Brings a file's bytes to the server, before the command that names them.</summary>
internal static class Uploads
{
    public static Reply Send(Delivery delivery, byte[] bytes) => delivery.Send(new()
    {
        Method = "PUT",
        Target = "/v1/attachments",
        ContentType = "application/octet-stream",
        Body = bytes,
    });
}
