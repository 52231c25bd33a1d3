using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Wigwag.Core.Store;
using Wigwag.Storage.Postgres;

namespace Wigwag.Tests.Storage;

/// <summary><c>sslmode=verify-full</c> against a PostgreSQL with TLS, whose certificate says <c>localhost</c>.</summary>
public sealed class PostgresTlsTests(PostgresTlsTests.Secured secured) : IClassFixture<PostgresTlsTests.Secured>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_right_authority_and_name_pass()
    {
        await using var store = await Open("localhost", secured.Authority);

        Assert.Equal("on", (await store.Read<string>(
            Core.Operations.Caller.System,
            async (session, _) => (await session.First("SELECT CASE WHEN ssl THEN 'on' ELSE 'off' END AS tls FROM pg_stat_ssl WHERE pid = pg_backend_pid()", row => row.Text("tls")))!,
            Stop)).Value);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused_and_it_is_said_what_to_do()
    {
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => Open("127.0.0.1", secured.Authority));

        Assert.Contains("certificate", refused.Message, StringComparison.Ordinal);
        Assert.Contains("name", refused.Message, StringComparison.Ordinal);
        Assert.Contains("sslrootcert", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_refused_and_it_is_said_what_to_do()
    {
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => Open("localhost", secured.Stranger));

        Assert.Contains("certificate", refused.Message, StringComparison.Ordinal);
        Assert.Contains("sslrootcert", refused.Message, StringComparison.Ordinal);
        // Without a file, the machine's own authorities are asked, who do not know this one either.
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Open("localhost", null));
    }

    [Fact]
    public async Task A_database_without_tls_is_refused_where_tls_is_asked_for()
    {
        var cluster = await PostgresCluster.Shared;

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => Open("localhost", secured.Authority, cluster.Port));

        Assert.Contains("ssl=on", refused.Message, StringComparison.Ordinal);
    }

    private async Task<PostgresStore> Open(string host, string? authority, int? port = null)
    {
        var url = string.Create(
            CultureInfo.InvariantCulture,
            $"postgres://wigwag@{host}:{port ?? secured.Cluster.Port}/{secured.Database}?sslmode=verify-full{(authority is null ? "" : $"&sslrootcert={Uri.EscapeDataString(authority)}")}");
        Assert.True(PostgresAddress.TryParse(url, out var address, out var reason), reason);
        return await PostgresStore.Open(address!, cancel: Stop);
    }

    /// <summary>A cluster with TLS, and the files of two authorities.</summary>
    public sealed class Secured : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        internal PostgresCluster Cluster { get; private set; } = null!;

        internal string Database { get; private set; } = "";

        /// <summary>Who signed the certificate.</summary>
        internal string Authority => _folder["ca.pem"];

        /// <summary>Who did not.</summary>
        internal string Stranger => _folder["stranger.pem"];

        public async ValueTask InitializeAsync()
        {
            Cluster = await PostgresCluster.Start();
            Database = await Cluster.Database();
            using var authority = NewAuthority("CN=Wigwag test authority");
            using var stranger = NewAuthority("CN=Wigwag test stranger");
            await File.WriteAllTextAsync(Authority, authority.ExportCertificatePem(), Stop);
            await File.WriteAllTextAsync(Stranger, stranger.ExportCertificatePem(), Stop);
            using var key = RSA.Create(2048);
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            request.CertificateExtensions.Add(names.Build());
            using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3]);
            // By the server itself, so that the files are its user's.
            await Write("server.crt", certificate.ExportCertificatePem());
            await Write("server.key", key.ExportPkcs8PrivateKeyPem());
            await Cluster.Run("postgres", "ALTER SYSTEM SET ssl = on");
            await Cluster.Crash(); // a restart reads the setting for sure
        }

        public async ValueTask DisposeAsync()
        {
            await Cluster.DisposeAsync();
            _folder.Dispose();
        }

        private Task Write(string file, string text) => Cluster.Run(
            "postgres",
            $"COPY (SELECT '{Convert.ToBase64String(Encoding.ASCII.GetBytes(text))}') TO PROGRAM 'umask 077; base64 -d >{file}'");

        private static X509Certificate2 NewAuthority(string name)
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
            return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-2), DateTimeOffset.UtcNow.AddDays(2));
        }
    }
}
