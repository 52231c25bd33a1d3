using Microsoft.AspNetCore.Http;
using Wigwag.Core.Operations;

namespace Wigwag.Server.Access;

/// <summary>Who is asking, as the credential of the request says.</summary>
public static class Callers
{
    private static readonly object Key = new();

    /// <summary>The caller that authentication found; it ran before every endpoint but the anonymous ones.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is an anonymous one.</exception>
    public static Caller CallerOf(this HttpContext context) =>
        context.Items[Key] as Caller ?? throw new InvalidOperationException("Nobody was authenticated for this endpoint.");

    internal static void SetCaller(this HttpContext context, Caller caller) => context.Items[Key] = caller;
}

/// <summary>Marks an endpoint that answers without a credential.</summary>
public sealed class AnonymousEndpoint
{
    internal static readonly AnonymousEndpoint Mark = new();
}

/// <summary>Marks an endpoint that finds the session of its caller itself, and notes that it is there.</summary>
internal sealed class KnowsSessions
{
    internal static readonly KnowsSessions Mark = new();
}
