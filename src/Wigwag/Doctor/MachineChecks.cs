using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Git;
using Wigwag.Program.Local;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Program.Doctor;

/// <summary>What is around the program: git, SQLite, the working copy, the environment.</summary>
internal static class MachineChecks
{
    public static IEnumerable<Finding> Run()
    {
        yield return Finding.Ok("program", $"wigwag {Build.Id} on .NET {Environment.Version}.");
        yield return GitCommand();
        yield return SqliteEngine();
        if (Settings.Value("WIGWAG_AGENT") is { } agent && !AgentId.TryParse(agent, out _))
        {
            yield return Finding.Error("agent", $"WIGWAG_AGENT is not {AgentId.Form}.", "Set it to workspace/project.");
        }
        foreach (var finding in WorkspaceAround())
        {
            yield return finding;
        }
    }

    private static Finding SqliteEngine()
    {
        try
        {
            return Finding.Ok("sqlite", $"SQLite {SqliteLibrary.Version}.");
        }
        catch (StoreRefusedException e)
        {
            return Finding.Error("sqlite", e.Message, "Install Wigwag again, with all files of its folder.");
        }
    }

    private static Finding GitCommand()
    {
        // In the root, where no clone's configuration is read.
        var asked = Git.GitCommand.Run("/", ["version"], CancellationToken.None).AsTask().GetAwaiter().GetResult();
        if (!asked.Try(out var reply, out var error))
        {
            return Finding.Error("git", error.Message, error.Code == "git_missing" ? "apt-get install git" : error.Next);
        }
        return reply.Line is { } version ? Finding.Ok("git", $"{version}.")
            : Finding.Error("git", "The git command does not say its version.", "Run 'git version' to see why.");
    }

    private static IEnumerable<Finding> WorkspaceAround()
    {
        if (!Workspace.Discover(Libc.CurrentDirectory()).Try(out var workspace, out var error))
        {
            yield return error.Kind == ErrorKind.Invalid
                ? Finding.Ok("workspace", "This folder is in no git repository; commands here speak for nobody.")
                : Finding.Error("workspace", error.Message, error.Next);
            yield break;
        }
        if (!workspace.Describe(CancellationToken.None).AsTask().GetAwaiter().GetResult().Try(out var facts, out error))
        {
            yield return Finding.Error(error.Code == "bad_config" ? "config" : "workspace", error.Message, error.Next);
            yield break;
        }
        yield return Finding.Ok("workspace", $"{facts.Path} is {facts.WorkspaceName} of {facts.ProjectId}, for {facts.OperatorName ?? "nobody"}.");
        foreach (var warning in facts.Warnings)
        {
            yield return Finding.Warning("config", warning, "Mend .wigwag/config.yaml or .beads/coordination.yaml.");
        }
    }
}
