using Wigwag.Core.Store;

namespace Wigwag.Storage.S3;

/// <summary>With what requests are signed. The secret never leaves this process.</summary>
public sealed record S3Credentials(string AccessKeyId, string SecretAccessKey, string? SessionToken = null)
{
    /// <summary>The environment's, or those of the profile in the file that it names; asked for each request, so that a file may be exchanged.</summary>
    /// <param name="environment">A variable's value, or null.</param>
    /// <exception cref="StoreUnavailableException">There are none.</exception>
    public static S3Credentials From(Func<string, string?> environment)
    {
        if (environment("AWS_ACCESS_KEY_ID") is { Length: > 0 } id && environment("AWS_SECRET_ACCESS_KEY") is { Length: > 0 } secret)
        {
            return new(id, secret, environment("AWS_SESSION_TOKEN") is { Length: > 0 } token ? token : null);
        }
        if (environment("AWS_SHARED_CREDENTIALS_FILE") is not { Length: > 0 } file)
        {
            throw new StoreUnavailableException(
                "there are no credentials for the attachments' store: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SHARED_CREDENTIALS_FILE.");
        }
        var profile = environment("AWS_PROFILE") is { Length: > 0 } named ? named : "default";
        return Read(file, profile)
            ?? throw new StoreUnavailableException($"the file of AWS_SHARED_CREDENTIALS_FILE has no aws_access_key_id and aws_secret_access_key for the profile {profile}.");
    }

    /// <summary>Without the secrets.</summary>
    public override string ToString() => AccessKeyId;

    // [profile], then name = value.
    private static S3Credentials? Read(string file, string profile)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var section = "";
            foreach (var line in File.ReadLines(file).Select(line => line.Trim()))
            {
                if (line.StartsWith('['))
                {
                    section = line.Trim('[', ']', ' ');
                }
                else if (section == profile && line.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var value])
                {
                    found[name] = value;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"the file of AWS_SHARED_CREDENTIALS_FILE cannot be read: {e.Message}", e);
        }
        return found.TryGetValue("aws_access_key_id", out var id) && found.TryGetValue("aws_secret_access_key", out var secret)
            ? new(id, secret, found.GetValueOrDefault("aws_session_token"))
            : null;
    }
}
