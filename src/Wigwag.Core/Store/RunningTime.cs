namespace Wigwag.Core.Store;

/// <summary>
/// Times in a table that are measured from now: how far off they are counts, and not which date they name. When the machine's clock is set
/// ahead they are moved as far, so that it ends nothing. A date that somebody chose, and what the past left, are none.
/// </summary>
/// <param name="Table">Whose.</param>
/// <param name="Column">In milliseconds since 1970.</param>
/// <param name="Condition">SQL that holds for the rows in which it still runs at <c>@now</c>.</param>
public sealed record RunningTime(string Table, string Column, string Condition);
