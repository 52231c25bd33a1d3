using System.Diagnostics;
using System.Globalization;
using System.Text;
using Wigwag.Bench;
using Wigwag.Bench.Engines;
using Wigwag.Bench.Machine;
using Wigwag.Bench.Report;
using Wigwag.Bench.Rows;
using Wigwag.Bench.Servers;

[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]

// Wigwag.Bench [ROW...] [--store sqlite|postgres] [--programs DIR] [--folder DIR] [--write FILE] [--notes FILE] [--smoke]
var rows = new List<string>();
var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--smoke")
    {
        options[args[i]] = "";
    }
    else if (args[i].StartsWith("--", StringComparison.Ordinal))
    {
        options[args[i]] = i + 1 < args.Length ? args[++i] : throw new ArgumentException($"{args[i]} wants a value.");
    }
    else
    {
        rows.Add(args[i]);
    }
}
var chosen = rows.Count == 0 ? Row.All : [.. rows.Select(id => Row.All.FirstOrDefault(row => row.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
    ?? throw new ArgumentException($"There is no row {id}; the rows are {string.Join(", ", Row.All.Select(row => row.Id))}."))];

var scale = new Scale(options.ContainsKey("--smoke"));
var folder = Directory.CreateDirectory(Path.Combine(options.GetValueOrDefault("--folder", Path.GetTempPath()), $"wigwag-bench-{Environment.ProcessId}")).FullName;
var began = Stopwatch.GetTimestamp();
var facts = MachineFacts.Read(folder).ToList();
var found = new List<(Row Row, Findings Findings)>();
var engine = await Engine.Start(options.GetValueOrDefault("--store", "sqlite"), folder);
try
{
    foreach (var row in chosen)
    {
        var rowFolder = Directory.CreateDirectory(Path.Combine(folder, row.Id)).FullName;
        var since = Stopwatch.GetTimestamp();
        var findings = await row.Measure(new Suite(scale, engine, new Programs(options.GetValueOrDefault("--programs")), rowFolder));
        found.Add((row, findings));
        Directory.Delete(rowFolder, recursive: true);
        Console.WriteLine(Markdown.Section(row.Id, row.Title, row.Explains, findings));
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Id} took {Stopwatch.GetElapsedTime(since).TotalSeconds:F0} s"));
    }
}
finally
{
    await engine.DisposeAsync();
    Directory.Delete(folder, recursive: true);
}
if (scale.IsSmoke)
{
    Console.WriteLine($"{found.Count} rows ran; figures of a smoke run say nothing");
    return 0;
}
var summary = Markdown.Summary(found.Select(each => (each.Row.Id, each.Findings)));
Console.WriteLine(summary);
if (options.GetValueOrDefault("--write") is { } file)
{
    var text = new StringBuilder($"# Load: {engine.Name}\n\n");
    foreach (var (name, value) in facts)
    {
        text.Append(CultureInfo.InvariantCulture, $"- {name}: {value}\n");
    }
    text.Append(
        CultureInfo.InvariantCulture,
        $"""
        - engine: {engine.Name}; {engine.Durability}
        - programs: {new Programs(options.GetValueOrDefault("--programs")).Kind}
        - took: {Stopwatch.GetElapsedTime(began).TotalMinutes:F1} minutes; {scale.Runs} runs of everything, each with its references in turn; every figure is the median of the runs, with the least and the most

        The client runs on the same cores as the server, and is charged to it. Latencies are open loop: they count from when a request was
        due, not from when it could be sent. Repeat it with `./bench{(engine is SqliteEngine ? "" : " --store postgres")}`; what each row does is in `benchmarks/Wigwag.Bench/Rows`.

        ## Targets

        {summary}
        {string.Join('\n', found.Select(each => Markdown.Section(each.Row.Id, each.Row.Title, each.Row.Explains, each.Findings)))}
        """);
    if (options.GetValueOrDefault("--notes") is { } notes)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n{File.ReadAllText(notes).Trim()}\n");
    }
    File.WriteAllText(file, text.ToString());
}
Console.WriteLine($"{found.Count} rows, {found.Sum(each => each.Findings.Targets.Count(target => target.IsMet))} targets met, {found.Sum(each => each.Findings.Targets.Count(target => !target.IsMet))} missed");
return 0;
