using Wigwag.Core.Messages;

namespace Wigwag.Core.Store;

/// <summary>What differs between the engines and cannot be written in SQL that both speak.</summary>
public abstract class Dialect
{
    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// True where commands run beside each other and one is run again when it read what another wrote meanwhile: what need not be read in
    /// the command's own transaction is then better read before it.
    /// </summary>
    public abstract bool RunsBeside { get; }

    /// <summary>Appended to a SELECT of rows about to be changed: <c>FOR UPDATE</c>, or nothing where one writer exists anyway.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>As <see cref="ForUpdate"/>, passing over rows that another transaction holds.</summary>
    public abstract string ForUpdateSkipLocked { get; }

    /// <summary>Full-text search over messages.</summary>
    public abstract MessageSearch MessageSearch { get; }
}
