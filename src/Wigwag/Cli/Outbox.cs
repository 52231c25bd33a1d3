using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wigwag.Core.Operations;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Cli;

/// <summary>
/// Commands that wait for a server out of reach, one file each, in order. Each is sent once: the file goes only after the server
/// answered, and the command's own idempotency key makes a repeat harmless.
/// </summary>
internal sealed class Outbox
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Home _home;
    private readonly string _folder;

    private Outbox(Home home) => (_home, _folder) = (home, home.Outbox);

    public static Outbox Of(Home home) => new(home);

    public bool IsEmpty => !Directory.Exists(_folder) || !Waiting().Any();

    /// <summary>Keeps a command; it is on disk when this returns.</summary>
    public void Keep(Call call, Route route, string? agent, string? folder)
    {
        // A folder that is made on the way to another has the mode that everyone's has.
        _home.Create();
        Directory.CreateDirectory(_folder, Private | UnixFileMode.UserExecute);
        using var turn = Lock();
        var last = Waiting().LastOrDefault();
        var number = last is null ? 1 : long.Parse(Path.GetFileNameWithoutExtension(last), CultureInfo.InvariantCulture) + 1;
        var path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{number:d12}.json"));
        var draft = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Private };
        using (var file = new FileStream(draft, options))
        {
            JsonSerializer.Serialize(file, new Kept(route.Address, agent, folder, DateTimeOffset.UtcNow, call), OutboxJson.Default.Kept);
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path);
        Libc.SyncFolder(_folder);
    }

    /// <summary>Sends what waits for this server, oldest first, until one cannot be sent. What the server refuses is set aside and said.</summary>
    public void Send(Route route, Func<Standing, Identity, Delivery> delivery)
    {
        using var turn = Lock();
        foreach (var path in Waiting().ToList())
        {
            if (Read(path) is not { } kept || kept.Address != route.Address)
            {
                continue;
            }
            var standing = Standing.At(kept.Folder ?? "/");
            var reply = delivery(standing, new(kept.Agent, kept.Agent is null ? standing.Header : null)).Send(kept.Call);
            if (!reply.IsSuccess)
            {
                var error = Problems.Read(reply, route.Server.Name);
                if (error.Kind is ErrorKind.Unavailable or ErrorKind.RateLimited)
                {
                    throw new UnreachableException(error.Message);
                }
                var aside = Path.ChangeExtension(path, ".refused");
                File.Move(path, aside, overwrite: true);
                Terminal.Complain($"wigwag: a command kept {Value.Ago(kept.At)} was refused: {error.Message} It is in {aside}.");
                continue;
            }
            File.Delete(path);
        }
    }

    private IEnumerable<string> Waiting() => Directory.EnumerateFiles(_folder, "*.json").Order(StringComparer.Ordinal);

    private FileStream Lock() => FileLock.Take(Path.Combine(_folder, "lock"), TimeSpan.FromSeconds(30))
        ?? throw new Refusal(Error.Unavailable("outbox_busy", "Another command has been sending the outbox for too long.", "Try again."));

    private static Kept? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), OutboxJson.Default.Kept);
        }
        catch (JsonException)
        {
            Terminal.Complain($"wigwag: {path} cannot be read and is left where it is.");
            return null;
        }
    }
}

/// <summary>One command as it waits on disk.</summary>
/// <param name="Address">The server it is for; null for this user's own.</param>
/// <param name="Agent">As whom it was given.</param>
/// <param name="Folder">The working copy it was given in.</param>
/// <param name="At">When it was given.</param>
/// <param name="Call">What is sent.</param>
internal sealed record Kept(string? Address, string? Agent, string? Folder, DateTimeOffset At, Call Call);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Kept))]
internal sealed partial class OutboxJson : JsonSerializerContext;
