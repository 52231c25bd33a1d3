using Wigwag.Core.Operations;

namespace Wigwag.Program.Cli;

/// <summary>An error on its way to the one place that prints errors and chooses the exit code.</summary>
internal sealed class Refusal(Error error) : Exception(error.Message)
{
    public Error Error { get; } = error;

    /// <summary>A command line that cannot be meant.</summary>
    public static Refusal Usage(string message, string next) => new(Error.Invalid("usage", message, next));
}

/// <summary>The exit code of each kind of error.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>A bug or a broken machine.</summary>
    public const int Unexpected = 1;

    /// <summary>Something was shown that has yet to be agreed to; nothing was changed.</summary>
    public const int Pending = 10;

    /// <summary>The answer is no: nobody is online, or nothing came.</summary>
    public const int No = 11;

    /// <summary>The exit code of an answer's outcome, by its name; what a newer server may say besides is an answer as any.</summary>
    public static int Of(string? outcome) => outcome switch
    {
        "held" => Of(ErrorKind.Conflict),
        "not_held" => Of(ErrorKind.NotFound),
        "offline" or "nothing" => No,
        _ => Ok,
    };

    public static int Of(ErrorKind kind) => kind switch
    {
        ErrorKind.Invalid => 2,
        ErrorKind.NotFound => 3,
        ErrorKind.Conflict => 4,
        ErrorKind.Forbidden => 5,
        ErrorKind.Expired => 6,
        ErrorKind.Unavailable => 7,
        ErrorKind.TooLarge => 8,
        ErrorKind.RateLimited => 9,
        _ => Unexpected,
    };
}
