using System.Globalization;
using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;
using Wigwag.Git;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Guard;

/// <summary>What the git hooks run: refuses a commit or a push that changes what another agent has reserved.</summary>
internal static class GuardRun
{
    private const int ShownPaths = 5;

    // A server that has not answered by then is taken for one that cannot.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The exit code: 0 lets git go on.</summary>
    public static int Run(CommandLine line)
    {
        line.Require();
        var hook = line.Value("hook")!;
        var standing = Here();
        if (standing.Workspace is not { } workspace)
        {
            Terminal.Complain("wigwag: reservations were not checked: this is no repository that Wigwag can find. Run git in the working copy.");
            return ExitCode.Ok;
        }
        var paths = Changed(hook, line.Values("arguments"), workspace);
        var token = Settings.Value("WIGWAG_LEASE_TOKEN");
        if (paths.Count == 0 && token is null)
        {
            return ExitCode.Ok;
        }
        try
        {
            var patience = line.Duration("patience") ?? Patience;
            var home = Home.FromEnvironment();
            var identity = new Identity(line.Value("as") ?? Settings.Value("WIGWAG_AGENT"), standing.Header);
            var delivery = new Delivery(CommandIndex.Load(), home, Route.Of(line, home, standing), standing, identity) { StartPatience = patience };
            if (token is not null && Holdings.Stale(token, delivery, patience) is { } stale)
            {
                return Refuse($"the lease token {Value.OneLine(token)} is not live: {stale.Message} {stale.Next}");
            }
            var holdings = Holdings.Over([.. paths, .. LinkedPaths.Of(workspace, paths)], delivery, patience);
            return holdings.Count == 0 ? ExitCode.Ok
                : hook == "post-rewrite" ? Tell(holdings)
                : Refuse($"this {Act(hook)} changes what other agents have reserved.{Explain(holdings, DateTimeOffset.UtcNow)}");
        }
        catch (Exception e) when (e is CheckFailedException or UnreachableException { IsSlow: true })
        {
            // There is a server, and it knows of reservations. Whoever made it slow would get past the guard otherwise.
            return Refuse($"the server could not say who holds what: {Value.OneLine(e.Message)}\n  Try again; 'wigwag doctor' looks at the server. git's own --no-verify goes past the guard.");
        }
        catch (Exception e) when (e is UnreachableException or Refusal or IOException)
        {
            var why = Value.OneLine(e is Refusal refusal ? $"{refusal.Error.Message} {refusal.Error.Next}".TrimEnd() : e.Message);
            if (GuardFiles.RefusesWhenDown(workspace))
            {
                return Refuse($"reservations cannot be checked: {why}\n  This repository's guard refuses then; 'wigwag guard install --when-down pass' lets changes pass with a warning.");
            }
            Terminal.Complain($"wigwag: reservations were not checked: {why}");
            return ExitCode.Ok;
        }
    }

    private static List<ChangedPath> Changed(string hook, IReadOnlyList<string> arguments, Workspace workspace) => hook switch
    {
        "pre-push" => ChangedPaths.Pushed(workspace, Input()),
        "pre-rebase" => ChangedPaths.Rebased(workspace, arguments is [var upstream, ..] ? upstream : "", arguments is [_, var branch, ..] ? branch : null),
        "post-rewrite" => ChangedPaths.Rewritten(workspace, Input()),
        _ => ChangedPaths.Staged(workspace, isMerge: hook == "pre-merge-commit"),
    };

    private static string Input() => Encoding.UTF8.GetString(Libc.ReadStandardInput());

    private static string Act(string hook) => hook switch
    {
        "pre-push" => "push",
        "pre-rebase" => "rebase",
        "pre-merge-commit" => "merge",
        "pre-applypatch" => "patch",
        _ => "commit",
    };

    /// <summary>The working copy of the repository whose hook this is: the one around the current directory, or the one that <c>GIT_DIR</c> names.</summary>
    private static Standing Here()
    {
        var here = Standing.Here();
        var named = Settings.Value("GIT_DIR") is { } folder ? RealPath.Of(folder) : null;
        return named is null || here.Workspace?.GitDir == named || Standing.At(named) is not { Workspace: not null } there ? here : there;
    }

    // After a rebase nothing can be refused any more: git has moved the branch, and says no more than this.
    private static int Tell(List<Holding> holdings)
    {
        Terminal.Complain($"wigwag: the commits of this rebase change what other agents have reserved, and a push of them will be refused.{Explain(holdings, DateTimeOffset.UtcNow)}");
        return ExitCode.Of(ErrorKind.Conflict);
    }

    /// <summary>Who holds what, and the ways out.</summary>
    public static string Explain(IReadOnlyList<Holding> holdings, DateTimeOffset now)
    {
        var text = new StringBuilder();
        foreach (var holding in holdings)
        {
            var path = GuardScript.Quote(Value.OneLine(holding.Paths[0]));
            var shown = string.Join(", ", holding.Paths.Take(ShownPaths).Select(each => Quotation.Name(each)));
            var rest = holding.Paths.Count > ShownPaths ? $" and {holding.Paths.Count - ShownPaths} more" : "";
            var question = GuardScript.Quote($"May I change {Value.OneLine(holding.Paths[0])}?");
            text.Append(CultureInfo.InvariantCulture, $"\n  {shown}{rest}\n    {HeldBy(holding, now)}");
            if (holding.Issue is { } issue)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n    ask:       wigwag send {GuardScript.Quote(Value.OneLine(holding.Holder))} {question} --category REQUEST --issue {GuardScript.Quote(Value.OneLine(issue))}");
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"\n    ask:       wigwag send {GuardScript.Quote(Value.OneLine(holding.Holder))} {question} --category REQUEST");
            }
            text.Append(CultureInfo.InvariantCulture, $"\n    wait:      wigwag reserve {path} --wait 30m");
            text.Append(CultureInfo.InvariantCulture, $"\n    take over: {(holding.Next is { } next && next.Contains("force-release", StringComparison.Ordinal)
                ? Value.OneLine(next)
                : $"once it has expired{(holding.ExpiresAt is { } end ? $" ({Clock(end)})" : "")}, wigwag reserve {path}")}");
        }
        return text.ToString();
    }

    private static string HeldBy(Holding holding, DateTimeOffset now)
    {
        var text = new StringBuilder(Value.OneLine(holding.Holder));
        if (holding.Operator is { } human)
        {
            text.Append(CultureInfo.InvariantCulture, $" ({Quotation.Of(human)})");
        }
        text.Append(CultureInfo.InvariantCulture, $" holds {Quotation.By(holding.Holder, holding.Scope)}");
        if (holding.Since is { } since)
        {
            text.Append(CultureInfo.InvariantCulture, $" since {Clock(since)}");
        }
        if (holding.Issue is { } issue)
        {
            text.Append(CultureInfo.InvariantCulture, $", for {Value.OneLine(issue)}");
        }
        if (holding.ExpiresAt is { } end)
        {
            text.Append(CultureInfo.InvariantCulture, $", until {Clock(end)} (in {Math.Max(0, (int)Math.Ceiling((end - now).TotalMinutes))} min)");
        }
        if (holding.Reason is { Length: > 0 } reason)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n    reason (words of {Value.OneLine(holding.Holder)}): {Quotation.Of(reason)}");
        }
        return text.ToString();
    }

    private static string Clock(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm", CultureInfo.InvariantCulture);

    private static int Refuse(string why)
    {
        Terminal.Complain($"wigwag: refused: {why}");
        return ExitCode.Of(ErrorKind.Conflict);
    }
}
