using System.Globalization;
using Npgsql;

namespace Wigwag.Storage.Postgres;

/// <summary>
/// Where a PostgreSQL database is: <c>postgres://user:password@host:5432/database?sslmode=verify-full</c>, with the settings that libpq
/// knows by name and those of the driver, or the driver's own <c>Host=…;Username=…</c>.
/// </summary>
public sealed class PostgresAddress
{
    // libpq's names; every other is given to the driver as it is.
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["target_session_attrs"] = "Target Session Attributes",
        ["keepalives_idle"] = "TCP Keepalive Time",
        ["host"] = "Host",
        ["port"] = "Port",
        ["user"] = "Username",
        ["password"] = "Password",
        ["passfile"] = "Passfile",
        ["dbname"] = "Database",
        ["pool_size"] = "Maximum Pool Size",
        ["statement_timeout"] = "Command Timeout",
    };

    private readonly string _settings;

    private PostgresAddress(string settings) => _settings = settings;

    /// <summary>True for what <see cref="TryParse"/> reads as the address of a PostgreSQL database.</summary>
    public static bool IsAddress(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("Host=", StringComparison.OrdinalIgnoreCase);

    /// <summary>The address, or why it is none; the reason repeats no part of it that may be secret.</summary>
    public static bool TryParse(string text, out PostgresAddress? address, out string? reason)
    {
        address = null;
        try
        {
            var builder = text.StartsWith("Host=", StringComparison.OrdinalIgnoreCase) ? new NpgsqlConnectionStringBuilder(text) : FromUrl(text);
            reason = builder switch
            {
                null => "It is not of the form postgres://user@host:5432/database.",
                { Host: null or "" } => "It names no host.",
                { Database: null or "" } => "It names no database.",
                _ => null,
            };
            address = reason is null ? new(builder!.ConnectionString) : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or UriFormatException or OverflowException)
        {
            // The driver's message may repeat the value that it could not read.
            reason = "One of its settings is unknown or has a value that cannot be read.";
        }
        return address is not null;
    }

    /// <summary>True when the address itself has a password; it may also come from PGPASSWORD or a passfile.</summary>
    public bool HasPassword => Settings().Password is { Length: > 0 };

    /// <summary>Host and database, without a secret: what logs and errors name it by.</summary>
    public override string ToString() => new NpgsqlConnectionStringBuilder(_settings) is var settings && settings.Host!.StartsWith('/')
        ? $"postgres:///{settings.Database}?host={settings.Host}"
        : string.Create(CultureInfo.InvariantCulture, $"postgres://{settings.Host}:{settings.Port}/{settings.Database}");

    /// <summary>The driver's settings, a copy.</summary>
    internal NpgsqlConnectionStringBuilder Settings() => new(_settings);

    private static NpgsqlConnectionStringBuilder? FromUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            return null;
        }
        var builder = new NpgsqlConnectionStringBuilder();
        if (url.Host.Length > 0)
        {
            builder.Host = Uri.UnescapeDataString(url.Host);
        }
        if (url.Port > 0)
        {
            builder.Port = url.Port;
        }
        if (url.AbsolutePath.Length > 1)
        {
            builder.Database = Uri.UnescapeDataString(url.AbsolutePath[1..]);
        }
        if (url.UserInfo.Length > 0)
        {
            var parts = url.UserInfo.Split(':', 2);
            builder.Username = Uri.UnescapeDataString(parts[0]);
            if (parts.Length == 2)
            {
                builder.Password = Uri.UnescapeDataString(parts[1]);
            }
        }
        foreach (var setting in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = setting.Split('=', 2);
            var (name, value) = (Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts.Length == 2 ? parts[1] : ""));
            // libpq writes verify-full, the driver VerifyFull.
            builder[Names.GetValueOrDefault(name, name)] = value.Replace("-", name.Equals("sslmode", StringComparison.OrdinalIgnoreCase) ? "" : "-", StringComparison.Ordinal);
        }
        return builder;
    }
}
