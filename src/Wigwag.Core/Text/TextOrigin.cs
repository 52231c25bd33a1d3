namespace Wigwag.Core.Text;

/// <summary>
/// A text that an agent or a person chose, in an answer or an event. Models are shown it inside a <see cref="Boundary"/> or in a field that is
/// said to be others', people as a <see cref="Quotation"/> or behind a margin.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OthersTextAttribute : Attribute
{
    /// <summary>True for one that may have many lines.</summary>
    public bool IsLong { get; init; }
}

/// <summary>A text that the server wrote, or whose form has no room for a sentence: a cursor, a hash, a project's short name.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ServerTextAttribute : Attribute;

/// <summary>Whose words a property holds.</summary>
public enum TextOrigin
{
    /// <summary>Nobody's: a number, a time, an identifier, one of a fixed set, or things with properties of their own.</summary>
    None,

    /// <summary>See <see cref="ServerTextAttribute"/>.</summary>
    Server,

    /// <summary>See <see cref="OthersTextAttribute"/>. Also what was not declared.</summary>
    Others,

    /// <summary>As <see cref="Others"/>, of many lines.</summary>
    OthersLong,
}
