using System.Globalization;
using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Guard;

/// <summary>What the git hooks run: refuses a commit or a push that changes what another agent has reserved.</summary>
internal static class GuardRun
{
    private const int ShownPaths = 5;

    // A commit is not worth waiting longer for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The exit code: 0 lets git go on.</summary>
    public static int Run(CommandLine line)
    {
        line.Require();
        if (Standing.Here() is not { Workspace: { } workspace } standing)
        {
            return ExitCode.Ok;
        }
        var isPush = line.Value("hook") == "pre-push";
        var paths = isPush
            ? ChangedPaths.Pushed(workspace, line.Value("remote") ?? "", Encoding.UTF8.GetString(Libc.ReadStandardInput()))
            : ChangedPaths.Staged(workspace);
        var token = Settings.Value("WIGWAG_LEASE_TOKEN");
        if (paths.Count == 0 && token is null)
        {
            return ExitCode.Ok;
        }
        try
        {
            var home = Home.FromEnvironment();
            var identity = new Identity(line.Value("as") ?? Settings.Value("WIGWAG_AGENT"), standing.Header);
            var delivery = new Delivery(CommandIndex.Load(), home, Route.Of(line, home, standing), standing, identity) { StartPatience = Patience };
            if (token is not null && Holdings.Stale(token, delivery, Patience) is { } stale)
            {
                return Refuse($"the lease token {Value.OneLine(token)} is not live: {stale.Message} {stale.Next}");
            }
            var holdings = Holdings.Over(paths, delivery, Patience);
            return holdings.Count == 0 ? ExitCode.Ok : Refuse(Explain(holdings, isPush ? "push" : "commit", DateTimeOffset.UtcNow));
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

    /// <summary>Who holds what, and the ways out.</summary>
    public static string Explain(IReadOnlyList<Holding> holdings, string act, DateTimeOffset now)
    {
        var text = new StringBuilder($"this {act} changes what other agents have reserved.");
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
