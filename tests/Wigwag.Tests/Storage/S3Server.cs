using System.Diagnostics;
using System.Globalization;
using Wigwag.Storage.S3;

namespace Wigwag.Tests.Storage;

/// <summary>
/// A store that speaks S3 and knows one key, on a free port of loopback, with its objects in a temporary folder. It ends with the
/// process that started it, however that ends.
/// </summary>
public sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "attachments";
    public static readonly S3Credentials Credentials = new("S3RVER", "S3RVER");

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _keeper;
    private readonly string _objects;

    private S3Server(Process keeper, string objects, int port) => (_keeper, _objects, Port) = (keeper, objects, port);

    public int Port { get; }

    public static async Task<S3Server> Start()
    {
        var home = Path.Combine(Root(), "tests/s3");
        Assert.True(Directory.Exists(Path.Combine(home, "node_modules/s3rver")), "Run 'npm ci' in tests/s3, as ./test does.");
        var objects = Directory.CreateTempSubdirectory("wigwag-s3-").FullName;
        var keeper = Process.Start(new ProcessStartInfo("/bin/bash")
        {
            ArgumentList =
            {
                "-c", """node "$1" -d "$2" -a 127.0.0.1 -p 0 -s --no-vhost-buckets --configure-bucket "$3" & trap "kill $!" EXIT; read -r _""", "keeper",
                Path.Combine(home, "node_modules/s3rver/bin/s3rver.js"), objects, Bucket,
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(Patience);
        while (await keeper.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("S3rver listening", StringComparison.Ordinal))
            {
                return new(keeper, objects, int.Parse(line[(line.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture));
            }
        }
        throw new InvalidOperationException(await keeper.StandardError.ReadToEndAsync(patience.Token));
    }

    public string Url(string prefix, string bucket = Bucket, int? port = null) =>
        string.Create(CultureInfo.InvariantCulture, $"s3://{bucket}/{prefix}?endpoint=http://127.0.0.1:{port ?? Port}&region=eu-central-1");

    public S3Address Address(string prefix, string bucket = Bucket, int? port = null) =>
        S3Address.TryParse(Url(prefix, bucket, port), null, out var address, out var reason) ? address : throw new InvalidOperationException(reason);

    /// <summary>How many objects lie under a prefix.</summary>
    public int Count(string prefix) => Path.Combine(_objects, Bucket, prefix) is var shelf && Directory.Exists(shelf)
        ? Directory.GetFiles(shelf, "*._S3rver_object", SearchOption.AllDirectories).Length
        : 0;

    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        await _keeper.WaitForExitAsync();
        _keeper.Dispose();
        Directory.Delete(_objects, recursive: true);
    }

    private static string Root()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Wigwag.slnx")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("The source tree is not above the tests.");
        }
        return directory;
    }
}
