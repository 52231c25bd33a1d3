using Wigwag.Core.Agents;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases.Locks;

/// <summary>What an agent means by a file path or a logical key: the file and no other, whatever characters are in its name.</summary>
internal static class LockScope
{
    /// <summary>The scope; an absolute path is taken from the root of the calling agent's workspace. <c>bad_path</c>.</summary>
    public static async ValueTask<Result<Scope>> Of(Session session, Project project, string filePath)
    {
        if (Scope.IsSurface(filePath))
        {
            return Scope.Parse(filePath, project.PathCase);
        }
        var path = filePath;
        if (path.StartsWith('/') && session.Caller.Agent is { } id && await AgentRegistry.Any(session, id) is { Path: { } root }
            && path.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal))
        {
            path = path[(root.TrimEnd('/').Length + 1)..];
        }
        path = path.TrimEnd('/');
        return PathText.TryFold(path, project.PathCase, out _) ? Scope.Parse(Glob.Escape(path), project.PathCase) : PathText.NotAPath(filePath);
    }
}
