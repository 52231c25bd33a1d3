using System.Diagnostics.CodeAnalysis;

namespace Wigwag.Core.Operations;

/// <summary>An answer or a refusal. A handler returns either one directly; both convert.</summary>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Error? error) => (_value, Error) = (value, error);

    /// <summary>The refusal, or null when there is an answer.</summary>
    public Error? Error { get; }

    /// <summary>The answer. Reading it from a refusal is a bug and throws.</summary>
    public T Value => Error is null ? _value! : throw new InvalidOperationException($"No value: {Error.Code}.");

    /// <summary>True with the answer in <paramref name="value"/>, or false with the refusal in <paramref name="error"/>.</summary>
    public bool Try([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out Error? error)
    {
        (value, error) = (_value, Error);
        return error is null;
    }

    // Where T is object, the compiler takes a refusal for a value: `ok ? answer : error` is an object there.
    public static implicit operator Result<T>(T value) => value is Error error ? new(default, error) : new(value, null);

    public static implicit operator Result<T>(Error error) => new(default, error);
}
