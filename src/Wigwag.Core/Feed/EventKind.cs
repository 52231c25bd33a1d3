using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Wigwag.Core.Text;

namespace Wigwag.Core.Feed;

/// <summary>A kind of fact in the log: a dotted past-tense name, <c>message.sent</c>, and the shape of what it states.</summary>
public abstract class EventKind(string name)
{
    public string Name { get; } = name;

    public abstract JsonTypeInfo FactType { get; }
}

/// <inheritdoc/>
public sealed class EventKind<T>(string name, JsonSerializerContext json) : EventKind(name)
{
    public override JsonTypeInfo FactType => Type;

    private JsonTypeInfo<T> Type => field ??= json.Contract<T>();

    /// <summary>The JSON that the log keeps.</summary>
    public string Write(T fact) => JsonSerializer.Serialize(fact, Type);

    /// <summary>The fact that the log kept.</summary>
    public T Read(string text) => JsonSerializer.Deserialize(text, Type)!;
}
