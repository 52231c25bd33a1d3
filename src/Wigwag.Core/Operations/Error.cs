using System.Text.Json.Nodes;

namespace Wigwag.Core.Operations;

/// <summary>The closed set of ways a command can fail. Each face maps a kind to its own status: HTTP, exit code, tool error.</summary>
public enum ErrorKind
{
    /// <summary>The input is malformed or contradicts itself. HTTP 400, exit code 2.</summary>
    Invalid,
    /// <summary>What was named does not exist, or the caller may not know that it does. HTTP 404, exit code 3.</summary>
    NotFound,
    /// <summary>The state of the world forbids it now. HTTP 409, exit code 4.</summary>
    Conflict,
    /// <summary>The credential does not allow it. HTTP 403 (401 without a valid credential), exit code 5.</summary>
    Forbidden,
    /// <summary>It was allowed once; the time for it has passed. HTTP 410, exit code 6.</summary>
    Expired,
    /// <summary>The server or the store cannot answer now; a retry with the same key is safe. HTTP 503 (507 on a full disk), exit code 7.</summary>
    Unavailable,
    /// <summary>Larger than a limit. HTTP 413, exit code 8.</summary>
    TooLarge,
    /// <summary>Too many, too fast. HTTP 429, exit code 9.</summary>
    RateLimited,
}

/// <summary>What becomes of a command that is refused.</summary>
public enum Then
{
    /// <summary>What it wrote is taken back.</summary>
    Undo,
    /// <summary>What it wrote is kept.</summary>
    Keep,
    /// <summary>What it wrote is kept, and it runs again when <see cref="Operation{TRequest, TAnswer}.Waking"/> says; nobody is told yet.</summary>
    Wait,
}

/// <summary>A refusal as the domain states it: what went wrong and what to do next. Never an exception.</summary>
/// <param name="Kind">One of the closed set.</param>
/// <param name="Code">A stable snake_case name for this refusal, for example <c>unknown_recipient</c>.</param>
/// <param name="Message">One sentence that names the thing.</param>
/// <param name="Next">What the caller can do about it, one sentence.</param>
public sealed record Error(ErrorKind Kind, string Code, string Message, string Next)
{
    /// <summary>Facts a program can act on, such as the holders of a conflicting lease. Null when there are none.</summary>
    public JsonObject? Details { get; init; }

    /// <summary>What becomes of the command.</summary>
    public Then Then { get; init; }

    public static Error Invalid(string code, string message, string next) => new(ErrorKind.Invalid, code, message, next);

    public static Error NotFound(string code, string message, string next) => new(ErrorKind.NotFound, code, message, next);

    public static Error Conflict(string code, string message, string next) => new(ErrorKind.Conflict, code, message, next);

    public static Error Forbidden(string code, string message, string next) => new(ErrorKind.Forbidden, code, message, next);

    public static Error Unavailable(string code, string message, string next) => new(ErrorKind.Unavailable, code, message, next);

    public static Error TooLarge(string code, string message, string next) => new(ErrorKind.TooLarge, code, message, next);
}
