namespace Wigwag.Git;

/// <summary>One entry of <c>external_projects</c> as it is written, and where.</summary>
/// <param name="Name">What the repository calls the project.</param>
/// <param name="GitRemote">Its remote, or null.</param>
/// <param name="LocalPath">A clone of it on this machine, or null; <c>~</c> and relative paths not yet resolved.</param>
/// <param name="CoordinationUrl">
/// Where the project's server is said to be, or null: an http or https address. A repository that somebody cloned does not decide
/// where their messages go, so it is followed only to a server that the user trusts.
/// </param>
/// <param name="Place">File and line, for complaints.</param>
internal sealed record ExternalEntry(string Name, string? GitRemote, string? LocalPath, string? CoordinationUrl, string Place);
