using System.Globalization;

namespace Wigwag.Faults.Harness;

/// <summary>The machine's clock as a server sees it, set by libfaketime; what measures time that passes is left alone, or goes with it.</summary>
internal sealed class ServerClock
{
    private readonly string _file;

    /// <param name="folder">Where it lies.</param>
    /// <param name="passes">True when time passes by it, as while a machine sleeps; else it is set.</param>
    public ServerClock(string folder, bool passes = false)
    {
        _file = Path.Combine(folder, "clock");
        var library = Directory.GetDirectories("/usr/lib").Select(each => Path.Combine(each, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists);
        Assert.True(library is not null, "The server's clock is moved by libfaketime: apt-get install libfaketime.");
        Environment = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = passes ? $"{Shim.MakeTime(folder)}:{library}" : library!,
            ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            ["FAKETIME_NO_CACHE"] = "1",
            ["FAKETIME_TIMESTAMP_FILE"] = _file,
        };
        Set(TimeSpan.Zero);
    }

    /// <summary>What a server is started with to have this clock.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>How far it is from the true time.</summary>
    public TimeSpan Offset { get; private set; }

    /// <summary>Sets it, from now on.</summary>
    /// <param name="offset">From the true time.</param>
    /// <param name="rate">How many seconds of it pass in one, counted from the server's start.</param>
    public void Set(TimeSpan offset, int rate = 1)
    {
        Offset = offset;
        var text = string.Create(CultureInfo.InvariantCulture, $"{(offset < TimeSpan.Zero ? '-' : '+')}{Math.Abs(offset.TotalSeconds):F0}{(rate == 1 ? "" : $" x{rate}")}\n");
        // A server reads it at any time: it is never half written.
        File.WriteAllText(_file + ".new", text);
        File.Move(_file + ".new", _file, overwrite: true);
    }

    public void Jump(TimeSpan time) => Set(Offset + time);
}
