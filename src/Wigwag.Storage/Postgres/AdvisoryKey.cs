using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Wigwag.Core.Projects;

namespace Wigwag.Storage.Postgres;

/// <summary>Names of advisory locks as PostgreSQL takes them: numbers of 64 bits, unique in a database but for the improbable.</summary>
internal static class AdvisoryKey
{
    /// <summary>Held by the one server that migrates.</summary>
    public static readonly long Migration = Of("wigwag migration");

    /// <summary>Held by a command that others have kept from committing, so that such commands go one after the other.</summary>
    public static readonly long Contended = Of("wigwag contended");

    /// <summary>Held by the one transaction that locked a project.</summary>
    public static long Of(ProjectId project) => Of($"wigwag project {project.Value}");

    private static long Of(string name) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
