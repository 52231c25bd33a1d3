using System.Globalization;
using System.Security.Cryptography;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// Which database this is, and how many commits it has had: two rows of <c>sqlite_sequence</c>, whose page nearly every commit writes anyway.
/// <see cref="DatabaseMark"/> has the same beside the database.
/// </summary>
internal static class Identity
{
    public const string OfInstance = "SELECT seq FROM sqlite_sequence WHERE name = 'instance'";

    public const string OfCommits = "SELECT seq FROM sqlite_sequence WHERE name = 'commits'";

    /// <summary>Gives a database a number of its own: a new one, or one that goes on from an older state.</summary>
    public static void Name(Connection connection)
    {
        connection.Execute("DELETE FROM sqlite_sequence WHERE name = 'instance'");
        var instance = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;
        connection.Execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('instance', @instance)", ("instance", instance));
    }

    /// <summary>Both; a database of an older program is given them.</summary>
    public static (string Instance, long Commits) Of(Connection connection)
    {
        if (connection.Scalar(OfInstance) is null)
        {
            Name(connection);
        }
        if (connection.Scalar(OfCommits) is null)
        {
            connection.Execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('commits', 1)");
        }
        return (connection.Scalar(OfInstance)!.Value.ToString(CultureInfo.InvariantCulture), connection.Scalar(OfCommits)!.Value);
    }

    /// <summary>Counts the commit that is about to be made.</summary>
    public static void Count(Connection connection, long commits) =>
        connection.Execute("UPDATE sqlite_sequence SET seq = @commits WHERE name = 'commits'", ("commits", commits));
}
