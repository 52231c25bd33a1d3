using System.Diagnostics;
using System.Threading.Channels;
using Wigwag.Program.Local;

namespace Wigwag.Faults.Harness;

/// <summary>An agent in a process of its own: <c>tests/Wigwag.FaultClient</c>.</summary>
internal sealed class ClientProcess : IDisposable
{
    private const int Sigstop = 19, Sigcont = 18;

    private readonly Process _process;
    private readonly Channel<(string Line, long At)> _said = Channel.CreateUnbounded<(string, long)>();

    public ClientProcess(params string[] arguments)
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Wigwag.FaultClient.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _ = Task.Run(Listen);
    }

    /// <summary>What it says next and when that was heard; null when it has ended.</summary>
    public async Task<(string Line, long At)?> Hear(CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(ServerProcess.Patience);
        return await _said.Reader.WaitToReadAsync(patience.Token) && _said.Reader.TryRead(out var said) ? said : null;
    }

    /// <summary>The words of what it says next, which begin with this one.</summary>
    public async Task<string[]> Hear(string word, CancellationToken cancel)
    {
        var line = (await Hear(cancel))?.Line;
        Assert.True(line?.StartsWith(word, StringComparison.Ordinal) == true, $"The client said '{line}' in the place of '{word}'.");
        return line!.Split(' ');
    }

    public async Task Tell(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Holds it still, and comes back when it is: on a busy machine that takes a while.</summary>
    public async Task Pause(CancellationToken cancel)
    {
        Assert.True(Libc.Signal(_process.Id, Sigstop));
        // Each thread's own state: T is stopped.
        while (!Directory.GetDirectories($"/proc/{_process.Id}/task").All(thread => File.ReadAllText(thread + "/stat").Split(") ")[^1][0] == 'T'))
        {
            await Task.Delay(5, cancel);
        }
    }

    public void Continue() => Assert.True(Libc.Signal(_process.Id, Sigcont));

    /// <summary><c>kill -9</c>.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
    }

    private async Task Listen()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _said.Writer.TryWrite((line, Stopwatch.GetTimestamp()));
        }
        _said.Writer.Complete();
    }
}
