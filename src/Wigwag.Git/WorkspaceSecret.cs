using System.Security.Cryptography;
using System.Text;

namespace Wigwag.Git;

/// <summary>
/// The secret by which a working copy proves that it is the one that registered: 256 random bits in a file of git's own folder, which git
/// neither commits nor sends. A server is shown a hash of them with the place, never the secret itself.
/// </summary>
internal static class WorkspaceSecret
{
    private const string FileName = "workspace";
    private const int SecretLength = 64;
    private const int MostBytes = 128;
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    /// <summary>The working copy's proof of being the one at this place; null where its git folder takes no secret of ours.</summary>
    public static string? Proof(string gitDir, string host, string path)
    {
        try
        {
            return (Read(gitDir) ?? Make(gitDir)) is { } secret
                ? Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.ASCII.GetBytes(secret), Encoding.UTF8.GetBytes($"{host}\0{path}")))
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A read-only or another user's repository: its key alone says who it is.
            return null;
        }
    }

    /// <summary>
    /// The secret, when this program put it there. The file says which file it is (<see cref="FileBirth"/>), which no copy of it is: what came
    /// with an archive, or with a copy of the clone, is not taken for this working copy's.
    /// </summary>
    private static string? Read(string gitDir)
    {
        var file = new FileInfo(PathIn(gitDir));
        if (!IsOwnFolder(gitDir) || !file.Exists || file.LinkTarget is not null || file.Length is 0 or > MostBytes
            || (!OperatingSystem.IsWindows() && (file.UnixFileMode & Others) != 0))
        {
            return null;
        }
        return PlainFile.ReadText(file.FullName, MostBytes).Try(out var text, out _) && text?.Split(' ') is [{ Length: SecretLength } secret, var born]
            && secret.All(char.IsAsciiHexDigitLower) && born == FileBirth.Of(file.FullName)
            ? secret
            : null;
    }

    // The one that is there in the end counts: two commands may begin in a new clone at once.
    private static string? Make(string gitDir)
    {
        Directory.CreateDirectory(Path.Combine(gitDir, "wigwag"));
        if (!IsOwnFolder(gitDir))
        {
            return null;
        }
        var unfinished = $"{PathIn(gitDir)}-{Guid.NewGuid():n}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }
            using (var file = new FileStream(unfinished, options))
            {
                var secret = RandomNumberGenerator.GetHexString(SecretLength, lowercase: true);
                file.Write(Encoding.ASCII.GetBytes($"{secret} {FileBirth.Of(unfinished)}"));
            }
            File.Move(unfinished, PathIn(gitDir), overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
        return Read(gitDir);
    }

    private static string PathIn(string gitDir) => Path.Combine(gitDir, "wigwag", FileName);

    private static bool IsOwnFolder(string gitDir) =>
        new DirectoryInfo(Path.Combine(gitDir, "wigwag")) is { Exists: true, LinkTarget: null };
}
