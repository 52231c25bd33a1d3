using System.Text.Json.Nodes;

namespace Wigwag.Program.Init;

/// <summary>One value that a client's configuration file is to hold.</summary>
internal abstract record Wanted
{
    /// <summary>A member of an object, such as <c>mcpServers.wigwag</c>; one that is there is the user's and stays.</summary>
    internal sealed record Member(IReadOnlyList<string> Path, string Name, Func<JsonNode> Value, Func<JsonText, bool> IsOurs) : Wanted;

    /// <summary>An element of a list that runs a hook, told from others' by its command.</summary>
    internal sealed record Hook(IReadOnlyList<string> Path, Func<JsonNode> Value, string Command) : Wanted;

    /// <summary>A table of a TOML file; whatever else gives its key a value there is the user's and stays.</summary>
    internal sealed record Table(string Family, string Name, string Text, IReadOnlyList<string> Key, string Command) : Wanted;

    /// <summary>What a file must say to be one of its kind, such as <c>version</c>; never taken out alone.</summary>
    internal sealed record Preamble(string Name, Func<JsonNode> Value) : Wanted;
}

/// <summary>One file of a client and what it is to hold.</summary>
/// <param name="Path">From the root of the working copy.</param>
/// <param name="Values">In the order in which they go into a new file.</param>
internal sealed record WantedFile(string Path, IReadOnlyList<Wanted> Values);
