using Wigwag.EndToEnd.Cli;
using Wigwag.Tests.Storage;

namespace Wigwag.EndToEnd.Postgres;

/// <summary>Two servers on one database whose attachments lie in an S3-compatible store.</summary>
public sealed class SharedAttachmentsTests : IAsyncLifetime
{
    private readonly Town _laptop = new();
    private readonly Town _desktop = new();
    private S3Server _store = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await S3Server.Start();
        var cluster = await PostgresCluster.Shared;
        var database = await cluster.EmptyDatabase();
        var credentials = Path.Combine(_desktop.Folder, "credentials");
        await File.WriteAllTextAsync(credentials, "[default]\naws_access_key_id = S3RVER\naws_secret_access_key = S3RVER\n", TestContext.Current.CancellationToken);
        foreach (var town in new[] { _laptop, _desktop })
        {
            town.Environment["WIGWAG_STORE"] = cluster.Url(database);
            town.Environment["WIGWAG_ATTACHMENTS"] = _store.Url("e2e");
        }
        _laptop.Environment["AWS_ACCESS_KEY_ID"] = "S3RVER";
        _laptop.Environment["AWS_SECRET_ACCESS_KEY"] = "S3RVER";
        _desktop.Environment["AWS_SHARED_CREDENTIALS_FILE"] = credentials;
    }

    public async ValueTask DisposeAsync()
    {
        _laptop.Dispose();
        _desktop.Dispose();
        await _store.DisposeAsync();
    }

    [Fact]
    public void What_is_attached_at_one_is_read_at_the_other()
    {
        var vc = _laptop.Clone("dave/vc", "git@github.com:o/vc.git");
        var beads = _desktop.Clone("main/beads", "git@github.com:o/beads.git");
        _desktop.WigwagIn(beads, "agent", "register").Fine();
        var trace = Path.Combine(_laptop.Folder, "trace.txt");
        File.WriteAllText(trace, "at Parser.Next()");

        var sent = _laptop.WigwagIn(vc, "send", "beads", "Parser crash", "--attach", trace, "--json").Fine().Json.GetProperty("message_id").GetString()!;

        Assert.Equal(1, _store.Count("e2e"));
        Assert.Contains("Parser.Next", _desktop.WigwagIn(beads, "attachment", sent, "trace.txt").Fine().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Attachments_of_a_SQLite_file_lie_beside_it()
    {
        _laptop.Environment.Remove("WIGWAG_STORE");

        var serve = _laptop.Wigwag("serve", "--listen", "none");

        Assert.NotEqual(0, serve.ExitCode);
        Assert.Contains("WIGWAG_STORE", serve.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_with_credentials_in_it_is_refused_and_not_repeated()
    {
        _laptop.Environment["WIGWAG_ATTACHMENTS"] = "s3://key:sesame@attachments/x";

        var serve = _laptop.Wigwag("serve", "--listen", "none");

        Assert.NotEqual(0, serve.ExitCode);
        Assert.Contains("AWS_SECRET_ACCESS_KEY", serve.Complaint, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", serve.Complaint, StringComparison.Ordinal);
    }
}
