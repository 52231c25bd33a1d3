using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;
using Wigwag.Server.Access;
using Wigwag.Server.Http;

namespace Wigwag.Server.Backups;

/// <param name="File">Where to write the backup: an absolute path on the server's machine where nothing is yet.</param>
public sealed record BackupRequest(string File);

/// <param name="File">Where it is.</param>
/// <param name="SizeBytes">Of what it holds.</param>
/// <param name="Attachments">How many attachments are in it.</param>
/// <param name="Damaged">Attachments whose bytes no longer match their name; they were left out.</param>
public sealed record BackupAnswer(string File, long SizeBytes, int Attachments, IReadOnlyList<string> Damaged);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BackupRequest))]
[JsonSerializable(typeof(BackupAnswer))]
public sealed partial class BackupJson : JsonSerializerContext;

/// <summary>Backs a running server up, for its own user over the Unix socket alone: nobody from the network names a file.</summary>
internal static class BackupRoute
{
    public static void MapBackup(this IEndpointRouteBuilder routes, ServerParts parts)
    {
        if (parts.Options.Backup is { } backup)
        {
            routes.MapMethods("/v1/backup", [HttpMethods.Post], context => Write(context, backup));
        }
        else if (parts.Options.NoBackup is { } reason)
        {
            routes.MapMethods("/v1/backup", [HttpMethods.Post], context => context.Refuse(reason));
        }
    }

    private static async Task Write(HttpContext context, Func<string, CancellationToken, Task<BackupAnswer>> backup)
    {
        // What a proxy passes on to the socket comes with a key, and without one of the server's own user.
        if (!context.OverUnixSocket() || context.CallerOf().Credential != Authentication.LocalCredential)
        {
            await context.Refuse(Error.Forbidden("local_only", "A backup is written by the server's own user, over its Unix socket.", "Run 'wigwag backup' on the server's machine."));
            return;
        }
        try
        {
            if (!(await RequestBody.Read(context, RequestLimits.HeaderBytes, "Name a file, and nothing else.")).Try(out var body, out var tooLarge))
            {
                await context.Refuse(tooLarge);
                return;
            }
            var request = JsonSerializer.Deserialize(body, BackupJson.Default.BackupRequest);
            if (request is null || !Path.IsPathFullyQualified(request.File))
            {
                await context.Refuse(Error.Invalid("bad_backup_file", "A backup needs the absolute path of a new file.", "Name one."));
                return;
            }
            await context.Answer(ReadableJson.Write(await backup(request.File, context.RequestAborted), BackupJson.Default.BackupAnswer));
        }
        catch (JsonException)
        {
            await context.Refuse(Error.Invalid("bad_json", "The body is not a backup request.", """Send {"file": "/absolute/path.tar"}."""));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await context.Refuse(Error.Conflict("backup_failed", $"The backup cannot be written: {e.Message}", "Name a new file in a folder that can be written, with enough space."));
        }
    }
}
