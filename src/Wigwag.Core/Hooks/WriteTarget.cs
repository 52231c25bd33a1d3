namespace Wigwag.Core.Hooks;

/// <summary>A path that a tool is about to write.</summary>
/// <param name="Path">Absolute, without <c>.</c> and <c>..</c>.</param>
/// <param name="IsPattern">True when it stands for every path that it matches as a glob.</param>
public readonly record struct WriteTarget(string Path, bool IsPattern = false);
