using Wigwag.Program.Cli;
using Wigwag.Program.Serving;

namespace Wigwag.Program.Commands;

/// <summary><c>wigwag serve</c></summary>
internal static class ServeCommand
{
    public static readonly Command Command = new()
    {
        Words = "serve",
        Title = "Run the server",
        Description = "Runs the server in the foreground until it is told to stop: HTTP and MCP on TCP, and a Unix socket for this user's commands. Needed only for an "
            + "address, a log or a limit of your own; commands start a server in the background by themselves.",
        Example = "wigwag serve --listen 127.0.0.1:8765",
        Fields =
        [
            new() { Name = "listen", Option = "listen", Description = "Where to listen for TCP, an address and a port, or none; 127.0.0.1:8765 when left out." },
            new() { Name = "store", Option = "store", Description = "The PostgreSQL database that servers share, postgres://user@host/database, without a password: an address with one goes into WIGWAG_STORE or the file that WIGWAG_STORE_FILE names. Left out, the SQLite file in WIGWAG_HOME." },
            new() { Name = "socket", Option = "socket", Description = "Path of the Unix socket; wigwag.sock in WIGWAG_HOME when left out." },
            new() { Name = "auth", Option = "auth", Kind = FieldKind.Choice, Choices = ["keys", "none"], Description = "none asks no credentials on loopback; for test suites only." },
            new() { Name = "allowed_host", Option = "allowed-host", IsMany = true, Description = "A name that clients may call this server by, as the Host header has it." },
            new() { Name = "allowed_origin", Option = "allowed-origin", IsMany = true, Description = "An origin whose web pages may call this server." },
            new() { Name = "connections", Option = "connections", Kind = FieldKind.Number, Description = "How many connections may be open at the same time; 4096 when left out. Each event stream holds one." },
            new() { Name = "otlp", Option = "otlp", Description = "Where to send metrics and traces by OTLP over HTTP, for example http://127.0.0.1:4318." },
            new() { Name = "idle_exit", Option = "idle-exit", Kind = FieldKind.Duration, Description = "Stop after this long without a request; 2h for a server that a command started, never for others." },
            new() { Name = "log_format", Option = "log-format", Kind = FieldKind.Choice, Choices = ["text", "json"], Description = "How the log is written to standard error." },
            new() { Name = "log_level", Option = "log-level", Kind = FieldKind.Choice, Choices = ["debug", "information", "warning", "error"], Description = "The least severe that is logged; information when left out." },
            new() { Name = "background", Option = "background", Kind = FieldKind.Flag, Description = "As a command starts it: leaves the terminal, works on the socket alone when the port is taken, and stops when idle." },
        ],
        Run = line => Serve.Run(line).GetAwaiter().GetResult(),
    };
}
