namespace Wigwag.Core.Operations;

/// <summary>What one request may be, whichever way it comes: servers refuse more, and clients know it before they send it.</summary>
public static class RequestLimits
{
    /// <summary>The JSON of one request. Attachments have a limit of their own.</summary>
    public const int JsonBytes = 1024 * 1024;

    /// <summary>What an agent's client sends to a hook: it has the text that a tool would write, or what the tool answered.</summary>
    public const int HookBytes = 16 * 1024 * 1024;

    /// <summary>The headers of one request, its first line included.</summary>
    public const int HeaderBytes = 32 * 1024;

    /// <summary>The first line of a request, which holds the address with its query.</summary>
    public const int LineBytes = 8 * 1024;
}
