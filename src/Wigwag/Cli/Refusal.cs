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
