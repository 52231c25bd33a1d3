using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Wigwag.Core.Text;

/// <summary>Contract metadata by type, read when first asked for.</summary>
public static class Contracts
{
    /// <exception cref="InvalidOperationException">The context does not declare the type.</exception>
    public static JsonTypeInfo<T> Contract<T>(this JsonSerializerContext context) =>
        (JsonTypeInfo<T>?)context.GetTypeInfo(typeof(T)) ?? throw new InvalidOperationException($"{context.GetType().Name} does not declare {typeof(T).Name}.");
}
