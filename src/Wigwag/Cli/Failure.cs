using Wigwag.Core.Operations;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Cli;

/// <summary>The one place that prints errors: one line on standard error, or with <c>--json</c> one JSON document there.</summary>
internal static class Failure
{
    /// <summary>Says on standard error what is to be known beside the answer, in one line.</summary>
    public static void Notice(string code, string message, string next, bool isJson) => Terminal.Complain(isJson
        ? $"{{\"notice\":{Json.Quote(code)},\"message\":{Json.Quote(message)},\"next\":{Json.Quote(next)}}}"
        : $"wigwag: {Value.OneLine($"{message} {next}")}");

    /// <summary>Says what went wrong; the exit code of its kind.</summary>
    public static int Report(Exception exception, bool isJson)
    {
        var error = exception is Refusal refusal ? refusal.Error
            : exception is OutputException output ? Error.Unavailable("output_failed", output.Message, output.Next)
            : Error.Unavailable("machine", exception.Message, "Run 'wigwag doctor'.");
        Terminal.Complain(isJson ? Problems.Write(error) : $"wigwag: {Value.OneLine($"{error.Message} {error.Next}".TrimEnd())}");
        return exception is Refusal ? ExitCode.Of(error.Kind) : ExitCode.Unexpected;
    }
}
