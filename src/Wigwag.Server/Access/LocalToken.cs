using Wigwag.Core.Keys;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Server.Access;

/// <summary>The key of whoever owns the server's files: an administrator's, in a file that only they can read.</summary>
public static class LocalToken
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// The token in the file, which the store then knows by its hash. Made when there is none, and anew when its key was revoked,
    /// expired, or is not the one in the store.
    /// </summary>
    public static async Task<string> Ensure(string path, IStore store, CancellationToken cancel)
    {
        if (Read(path) is { } kept && await Know(kept, store, cancel))
        {
            return kept;
        }
        var (_, token) = KeyToken.New();
        Write(path, token);
        await Know(token, store, cancel);
        return token;
    }

    /// <summary>The token that the file holds, or null when there is no file or no token in it.</summary>
    public static string? Read(string path)
    {
        try
        {
            var text = File.ReadAllText(path).Trim();
            return KeyToken.TryRead(text, out _) ? text : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // Written beside and renamed, so that a reader finds a whole token or none, and never one with a wider mode.
    private static void Write(string path, string token)
    {
        var draft = $"{path}.{Guid.NewGuid():n}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }
        using (var file = new FileStream(draft, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(token + "\n"));
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path, overwrite: true);
    }

    private static async Task<bool> Know(string token, IStore store, CancellationToken cancel)
    {
        KeyToken.TryRead(token, out var id);
        var hash = KeyToken.Hash(token);
        var known = await store.Write<object>(Caller.System, async (session, _) =>
        {
            if (await KeyBook.Find(session, id) is { } stored)
            {
                return stored.Key.IsLive(session.Now) && KeyToken.Same(stored.Hash, hash);
            }
            var key = new Key
            {
                KeyId = id,
                Name = "The local administrator",
                Role = Role.Administrator,
                CreatedAt = session.Now,
                CreatedBy = Caller.System.Credential,
            };
            await KeyBook.Add(session, key, hash);
            return true;
        }, cancel);
        return known.Value is true;
    }
}
