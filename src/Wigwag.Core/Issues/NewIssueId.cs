using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

/// <summary>
/// Makes issue ids that machines which never talk do not share: the project's short name and the first characters, in
/// base 36, of a SHA-256 over project, title, creator, time and 128 random bits.
/// </summary>
internal static class NewIssueId
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const int Most = 10;

    // Counting issues beyond this number changes no length.
    private const int CountsUpTo = 8853;

    /// <summary>
    /// How many characters follow the short name in the next issue's id, by about the number of issues that the project has: one creation
    /// in a few, drawn by lot, adds these few, so that creations at the same time seldom write the same row.
    /// </summary>
    public static async ValueTask<int> LengthFor(Session session, ProjectId project)
    {
        var known = await session.Scalar("SELECT issues FROM issue_ids WHERE project = @project", ("project", project));
        var length = Length((known ?? await Count(session, project)) + 1);
        var few = 1 << (length - 2);
        if (length < Most && RandomNumberGenerator.GetInt32(few) == 0)
        {
            await session.Execute("UPDATE issue_ids SET issues = issues + @few WHERE project = @project", ("few", few), ("project", project));
        }
        return length;
    }

    private static async ValueTask<long> Count(Session session, ProjectId project)
    {
        var issues = await session.Scalar(
            "SELECT COUNT(*) FROM (SELECT 1 FROM issues WHERE project = @project LIMIT @most) AS counted",
            ("project", project),
            ("most", CountsUpTo)) ?? 0;
        await session.Execute("INSERT INTO issue_ids (project, issues) VALUES (@project, @issues)", ("project", project), ("issues", issues));
        return issues;
    }

    /// <summary>
    /// How many characters follow the short name when the project holds <paramref name="issues"/> issues. Two machines that
    /// each hold n issues of a project with ids of length L share one of them with a probability of at most n² / 36^L, which
    /// these steps keep under 1 in 1,000: 4 up to 40 issues, 5 up to 245, 6 up to 1,475, 7 up to 8,852, then 10 (to 1.9 million).
    /// </summary>
    public static int Length(long issues) => issues switch
    {
        <= 40 => 4,
        <= 245 => 5,
        <= 1475 => 6,
        < CountsUpTo => 7,
        _ => Most,
    };

    public static IssueId Make(ProjectId project, string shortName, string title, string? creator, DateTimeOffset at, int length)
    {
        var nonce = RandomNumberGenerator.GetHexString(32);
        var seed = string.Join('\0', project.Value, title, creator, at.ToUnixTimeMilliseconds(), nonce);
        var left = BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(seed)));
        Span<char> hash = stackalloc char[length];
        foreach (ref var digit in hash)
        {
            (left, var value) = UInt128.DivRem(left, 36);
            digit = Digits[(int)value];
        }
        return IssueId.Parse($"{shortName}-{hash}");
    }
}
