using System.Diagnostics;
using System.Text.Json;

namespace Wigwag.Program.Demo;

/// <summary>An agent that uses the command line, as one does from its shell tool: each command is a process in its clone.</summary>
internal sealed class CliAgent(DemoWorld world, string name, Narrator narrator)
{
    private readonly string _program = Environment.ProcessPath ?? throw new DemoException("This program does not know its own path.");

    /// <summary>Runs a command and shows it; its answer as JSON.</summary>
    public Task<JsonElement> Say(params string[] arguments) => Say(null, arguments);

    /// <inheritdoc cref="Say(string[])"/>
    public async Task<JsonElement> Say(string? input, string[] arguments)
    {
        narrator.Command(name, "wigwag " + string.Join(' ', arguments.Select(Quote)) + (input is null ? "" : " < trace.txt"));
        var run = await Child.Run(_program, [.. arguments, "--json"], world.Clone(name), input, world.Environment);
        return run.ExitCode == 0
            ? JsonDocument.Parse(run.Output).RootElement
            : throw new DemoException($"{name}: wigwag {string.Join(' ', arguments)} exited with {run.ExitCode}: {run.Error}");
    }

    /// <summary>Starts a command and leaves it running.</summary>
    public Process Start(params string[] arguments)
    {
        narrator.Command(name, "wigwag " + string.Join(' ', arguments.Select(Quote)));
        return Child.Start(_program, [.. arguments, "--json"], world.Clone(name), world.Environment);
    }

    private static string Quote(string argument) => argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument;
}
