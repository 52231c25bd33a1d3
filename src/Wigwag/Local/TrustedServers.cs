namespace Wigwag.Program.Local;

/// <summary>The servers elsewhere that this user lets commands be sent to, each with its token, a line each in a file of mode 0600.</summary>
internal static class TrustedServers
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A server and the token to show it, null when it asks for none.</summary>
    internal sealed record Trusted(string Address, string? Token);

    public static Trusted? Find(Home home, string address) => All(home).FirstOrDefault(server => Same(server.Address, address));

    public static IEnumerable<Trusted> All(Home home)
    {
        if (!File.Exists(home.TrustedServers))
        {
            return [];
        }
        return File.ReadAllLines(home.TrustedServers)
            .Select(line => line.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts.Length > 0)
            .Select(parts => new Trusted(parts[0], parts.Length > 1 ? parts[1] : null));
    }

    /// <summary>Trusts a server from now on; replaces its token.</summary>
    public static void Add(Home home, string address, string? token)
    {
        home.Create();
        var lines = All(home).Where(server => !Same(server.Address, address)).Append(new(address, token))
            .Select(server => server.Token is null ? server.Address : $"{server.Address} {server.Token}");
        var draft = home.TrustedServers + ".new";
        using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Private }))
        using (var writer = new StreamWriter(file))
        {
            foreach (var line in lines)
            {
                writer.WriteLine(line);
            }
        }
        File.Move(draft, home.TrustedServers, overwrite: true);
    }

    private static bool Same(string a, string b) => a.TrimEnd('/') == b.TrimEnd('/');
}
