using Wigwag.Core.Operations;

namespace Wigwag.Core.Store;

/// <summary>How a value of the domain is stored, the same in every engine.</summary>
public static class StoredValue
{
    /// <summary>Times as milliseconds since 1970, booleans as 0 and 1, ids as their text; strings, numbers and bytes as they are.</summary>
    /// <exception cref="ArgumentException">The value is of a type that no column keeps, or an id that was never set.</exception>
    public static object Of(object? value) => value switch
    {
        null => DBNull.Value,
        string or long or int or double or byte[] => value,
        bool flag => flag ? 1L : 0L,
        DateTimeOffset time => time.ToUnixTimeMilliseconds(),
        IId id => id.Value ?? throw new ArgumentException($"An unset {value.GetType().Name} cannot be stored.", nameof(value)),
        short or byte or uint => Convert.ToInt64(value, null),
        _ => throw new ArgumentException($"A {value.GetType().Name} cannot be stored; convert it to text or a number.", nameof(value)),
    };
}
