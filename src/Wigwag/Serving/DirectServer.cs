using System.Globalization;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Server;

namespace Wigwag.Program.Serving;

/// <summary>
/// A server of this process alone, for one command with <c>--no-server</c>: it owns the database as any server does, and answers
/// on a socket that nobody else knows, so that the command takes the same way in, with the same rules and the same answers.
/// </summary>
internal sealed class DirectServer : IDisposable
{
    private readonly FileStream _owned;
    private readonly IStore _store;
    private readonly WigwagServer _server;

    private DirectServer(FileStream owned, IStore store, WigwagServer server) => (_owned, _store, _server) = (owned, store, server);

    public string Socket => _server.Socket!;

    /// <exception cref="Refusal">A server owns the database.</exception>
    public static DirectServer Open(Home home)
    {
        Descriptors.Check();
        home.Create();
        var owned = FileLock.Take(home.ServerLock, TimeSpan.Zero) ?? throw new Refusal(Error.Conflict(
            "server_running", $"A server owns the database of {home.Root}.", "Leave --no-server out, or run 'wigwag stop' first."));
        var store = StoreSetting.Open(home, StoreSetting.Postgres(null), log: null);
        var socket = Path.Combine(Path.GetDirectoryName(home.Socket)!, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}.sock"));
        var options = Serve.Options(CommandLine.Parse(Commands.ServeCommand.Command, ["--socket", socket]), home, store);
        var started = WigwagServer.Start(options with { Listen = null, Logging = null }).GetAwaiter().GetResult();
        return started.Try(out var server, out var error) ? new(owned, store, server) : throw new Refusal(error);
    }

    public void Dispose()
    {
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        File.Delete(Socket);
        _owned.Dispose();
    }
}
