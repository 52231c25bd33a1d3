using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Wigwag.Faults.Harness;

/// <summary>How a command ended, as its client saw it.</summary>
internal enum Ending
{
    /// <summary>The client was told what was done.</summary>
    Answered,

    /// <summary>The client was told that nothing was done.</summary>
    Refused,

    /// <summary>The client was told nothing: it may have been done, once.</summary>
    Unknown,
}

/// <summary>One command of one client.</summary>
/// <param name="Client">Whose.</param>
/// <param name="Number">Which of that client's, from 0.</param>
/// <param name="What">What was asked: <c>send</c>, <c>ack</c>, ….</param>
/// <param name="Key">The idempotency key.</param>
/// <param name="About">What it was about, such as the message that was acknowledged.</param>
internal sealed record Command(string Client, int Number, string What, string Key, string About);

/// <summary>A command and how it ended, the first time and when it was repeated.</summary>
internal sealed record Finished(Command Command, Ending Ending, string Detail);

/// <summary>
/// What the clients did, kept apart from the server and on disk before the client goes on: an intent before each command, its ending
/// after. Entries of several clients share an fsync.
/// </summary>
internal sealed class Journal : IAsyncDisposable
{
    private readonly Channel<(string Line, TaskCompletionSource Durable)> _queue = Channel.CreateBounded<(string, TaskCompletionSource)>(1024);
    private readonly string _path;
    private readonly Task _writing;
    private int _ended;

    public Journal(string path)
    {
        _path = path;
        _writing = Task.Run(Write);
    }

    /// <summary>How many commands have ended, and are on disk as ended.</summary>
    public int Ended => _ended;

    public Task Invoke(Command command) => Append($"invoke\t{command.Client}\t{command.Number}\t{command.What}\t{command.Key}\t{command.About}");

    public async Task End(Command command, Ending ending, string detail = "")
    {
        await Append($"{ending}\t{command.Client}\t{command.Number}\t{detail.ReplaceLineEndings(" ").Replace('\t', ' ')}");
        Interlocked.Increment(ref _ended);
    }

    /// <summary>Everything that was journalled, in order of ending; what has no ending is unknown.</summary>
    public static async Task<IReadOnlyList<Finished>> Read(string path)
    {
        var invoked = new Dictionary<(string, int), Command>();
        var finished = new List<Finished>();
        await foreach (var line in File.ReadLinesAsync(path))
        {
            var part = line.Split('\t');
            var at = (part[1], int.Parse(part[2], CultureInfo.InvariantCulture));
            if (part[0] == "invoke")
            {
                invoked.Add(at, new(part[1], at.Item2, part[3], part[4], part[5]));
            }
            else
            {
                finished.Add(new(invoked[at], Enum.Parse<Ending>(part[0]), part[3]));
            }
        }
        var ended = finished.Select(each => (each.Command.Client, each.Command.Number)).ToHashSet();
        return [.. finished, .. invoked.Where(each => !ended.Contains(each.Key)).Select(each => new Finished(each.Value, Ending.Unknown, ""))];
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing;
    }

    private async Task Append(string line)
    {
        var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _queue.Writer.WriteAsync((line, durable));
        await durable.Task;
    }

    private async Task Write()
    {
        await using var file = new FileStream(_path, FileMode.Append, FileAccess.Write);
        while (await _queue.Reader.WaitToReadAsync())
        {
            var batch = new List<TaskCompletionSource>();
            while (batch.Count < 256 && _queue.Reader.TryRead(out var entry))
            {
                file.Write(Encoding.UTF8.GetBytes(entry.Line + "\n"));
                batch.Add(entry.Durable);
            }
            file.Flush(flushToDisk: true);
            batch.ForEach(each => each.SetResult());
        }
    }
}
