using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Wigwag.Storage.Postgres;

namespace Wigwag.Tests.Storage;

/// <summary>
/// A PostgreSQL cluster of the tests' own, with fsync on, in a temporary folder, as a user without privileges. It ends with the
/// process that started it, however that ends.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<PostgresCluster>> OfThisProcess = new(() => Start());

    private readonly Process _keeper;
    private readonly SemaphoreSlim _template = new(1);
    private int _databases;
    private bool _hasTemplate;

    private PostgresCluster(Process keeper, string folder, int port) => (_keeper, Folder, Port) = (keeper, folder, port);

    /// <summary>The folder of its socket; <c>data</c> in it is the cluster's.</summary>
    public string Folder { get; }

    public int Port { get; }

    /// <summary>The one cluster that the tests of this process share.</summary>
    public static Task<PostgresCluster> Shared => OfThisProcess.Value;

    /// <summary>Starts one; most tests share <see cref="Shared"/>.</summary>
    public static async Task<PostgresCluster> Start()
    {
        var bin = Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture)).First() + "/bin";
        var folder = Directory.CreateTempSubdirectory("wigwag-pg-").FullName;
        var port = FreePort();
        // PostgreSQL refuses to run as root. The keeper waits for this process to close its input, or to die.
        var keeper = Process.Start(new ProcessStartInfo("/bin/bash")
        {
            ArgumentList =
            {
                "-c",
                """
                set -e
                bin=$1 folder=$2 port=$3
                as=()
                if [ "$(id -u)" = 0 ]; then
                  chown nobody "$folder"
                  as=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups)
                fi
                chmod 711 "$folder"
                cd /
                "${as[@]}" "$bin/initdb" -D "$folder/data" -U wigwag -A trust -E UTF8 --locale=C --no-sync >"$folder/../$(basename "$folder").log" 2>&1
                mv "$folder/../$(basename "$folder").log" "$folder/initdb.log"
                cat >>"$folder/data/postgresql.conf" <<CONF
                listen_addresses = '127.0.0.1'
                port = $port
                unix_socket_directories = '$folder'
                max_connections = 400
                shared_buffers = 64MB
                max_pred_locks_per_transaction = 256
                CONF
                "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/data/log" start >/dev/null
                echo ready
                trap '' INT TERM HUP
                while read -r command; do
                  case $command in
                    restart) "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -w -m immediate -l "$folder/data/log" restart >/dev/null; echo ready ;;
                  esac
                done
                "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -w -m immediate stop >/dev/null
                rm -rf "$folder"
                echo gone 2>/dev/null
                """,
                "keeper",
                bin,
                folder,
                port.ToString(CultureInfo.InvariantCulture),
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var cluster = new PostgresCluster(keeper, folder, port);
        await cluster.Hear("ready");
        return cluster;
    }

    /// <summary>The address of a database over the Unix socket, or over TCP at a port, where a proxy may stand.</summary>
    public PostgresAddress Address(string database, int? port = null) => PostgresAddress.TryParse(Url(database, port), out var address, out var reason)
        ? address!
        : throw new InvalidOperationException(reason);

    public string Url(string database, int? port = null)
    {
        var (host, query) = port is { } tcp
            ? (string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{tcp}"), "")
            : (string.Create(CultureInfo.InvariantCulture, $"localhost:{Port}"), $"host={Folder}&");
        return $"postgres://wigwag@{host}/{database}?{query}sslmode=disable&pool_size=20";
    }

    /// <summary>A new database, migrated already.</summary>
    public async Task<string> Database()
    {
        await _template.WaitAsync();
        try
        {
            if (!_hasTemplate)
            {
                await Run("postgres", "CREATE DATABASE migrated");
                await (await PostgresStore.Open(Address("migrated"))).DisposeAsync();
                NpgsqlConnection.ClearAllPools();
                _hasTemplate = true;
            }
        }
        finally
        {
            _template.Release();
        }
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await Run("postgres", $"CREATE DATABASE {name} TEMPLATE migrated");
        return name;
    }

    /// <summary>A new database without a table.</summary>
    public async Task<string> EmptyDatabase()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"empty{Interlocked.Increment(ref _databases)}");
        await Run("postgres", $"CREATE DATABASE {name}");
        return name;
    }

    public Task Drop(string database) => Run("postgres", $"DROP DATABASE IF EXISTS {database} WITH (FORCE)");

    /// <summary>Runs statements as the cluster's superuser.</summary>
    public async Task Run(string database, string sql)
    {
        await using var connection = new NpgsqlConnection($"Host={Folder};Port={Port};Username=wigwag;Database={database};Pooling=false;Timeout=30;Command Timeout=60");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Pulls the plug, and starts it again: what was in memory is gone.</summary>
    public async Task Crash()
    {
        await _keeper.StandardInput.WriteLineAsync("restart");
        await Hear("ready");
    }

    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        await Hear("gone");
        await _keeper.WaitForExitAsync();
        _keeper.Dispose();
        _template.Dispose();
    }

    public static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task Hear(string word)
    {
        var said = await _keeper.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        if (said != word)
        {
            throw new InvalidOperationException($"The cluster's keeper said '{said}' in the place of '{word}'; see {Folder}.");
        }
    }
}
