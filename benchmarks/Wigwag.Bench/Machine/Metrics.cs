using System.Globalization;
using System.Net.Http.Headers;
using Wigwag.Testing;

namespace Wigwag.Bench.Machine;

/// <summary>What a server counts of itself, at one moment.</summary>
internal sealed class Metrics
{
    private readonly Dictionary<string, double> _values;

    private Metrics(Dictionary<string, double> values) => _values = values;

    /// <summary>Asks <c>/metrics</c>, as the administrator.</summary>
    public static Metrics Read(ServerProcess server)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(server.Home, "token")).Trim());
        var values = new Dictionary<string, double>();
        foreach (var line in http.GetStringAsync(new Uri("/metrics", UriKind.Relative)).GetAwaiter().GetResult().Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            // Series of one name are added up.
            var name = line[..line.IndexOfAny([' ', '{'])];
            values[name] = values.GetValueOrDefault(name) + double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
        }
        return new(values);
    }

    public double this[string name] => _values.GetValueOrDefault(name);

    /// <summary>The mean of what a histogram counted since another moment.</summary>
    public double Mean(string histogram, Metrics since) =>
        (this[$"{histogram}_sum"] - since[$"{histogram}_sum"]) / (this[$"{histogram}_count"] - since[$"{histogram}_count"]);
}
