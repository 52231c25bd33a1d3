using System.Diagnostics;

namespace Wigwag.Tests.Storage;

/// <summary>Another process that owns a store: <c>tests/Wigwag.StoreWriter</c>.</summary>
public sealed class StoreProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private StoreProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Starts it; with a shell's commands before it where the test limits or prepares it.</summary>
    public static StoreProcess Start(string database, int writers = 0, string? prepare = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Wigwag.StoreWriter.dll");
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", $"{prepare ?? ":"}; exec dotnet \"$@\"", "sh", program, database },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (writers > 0)
        {
            start.ArgumentList.Add(writers.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        return new(Process.Start(start)!);
    }

    /// <summary>The next line it says; null when it has ended.</summary>
    public Task<string?> Hear() => _process.StandardOutput.ReadLineAsync().WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>Asks it to write something; how that went.</summary>
    public async Task<string?> Write(string name)
    {
        await _process.StandardInput.WriteLineAsync(name);
        return await Hear();
    }

    /// <summary>kill -9, and what it had said until then.</summary>
    public async Task<List<string>> Kill()
    {
        _process.Kill();
        List<string> said = [];
        while (await Hear() is { } line)
        {
            said.Add(line);
        }
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return said;
    }

    /// <summary>Lets it close its store and end.</summary>
    public async Task Finish()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
        _process.Dispose();
    }
}
