using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Wigwag.Core.Operations;

namespace Wigwag.Tests.Architecture;

/// <summary>Dependencies point inward: faces → core ← storage.</summary>
public sealed class DependencyTests
{
    private static readonly string[] Faces = ["Wigwag.Server", "Wigwag.Client", "wigwag"];

    [Theory]
    [InlineData("Wigwag.Core")]
    [InlineData("Wigwag.Storage", "Wigwag.Core")]
    [InlineData("Wigwag.Git", "Wigwag.Core")]
    [InlineData("Wigwag.Client", "Wigwag.Core")]
    [InlineData("Wigwag.Server", "Wigwag.Core")]
    public void An_assembly_knows_only_what_lies_further_in(string assembly, params string[] allowed) =>
        Assert.Empty(References(assembly).Where(name => name.StartsWith("Wigwag", StringComparison.OrdinalIgnoreCase)).Except(allowed));

    [Fact]
    public void The_core_calls_nothing_outside_its_transaction() =>
        Assert.DoesNotContain(References("Wigwag.Core"), name =>
            name is "System.Net.Http" or "System.Net.Sockets" or "System.Diagnostics.Process" or "System.Console"
            || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.Data", StringComparison.Ordinal)
            || name == "Npgsql");

    [Fact]
    public void No_face_holds_logic_of_the_domain()
    {
        // A face that ran SQL or appended to the log would be doing an operation's work.
        Assert.All(Faces, face => Assert.Empty(MembersOf(face, "Session").Intersect(["Execute", "Query", "First", "Scalar", "Append"])));
    }

    private static Assembly Load(string assembly) => Assembly.Load(assembly);

    private static IEnumerable<string> References(string assembly) => Load(assembly).GetReferencedAssemblies().Select(name => name.Name!);

    private static List<string> MembersOf(string assembly, string type)
    {
        using var file = new PEReader(File.OpenRead(Load(assembly).Location));
        var metadata = file.GetMetadataReader();
        return [.. metadata.MemberReferences
            .Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Where(member => metadata.GetTypeReference((TypeReferenceHandle)member.Parent) is var declaring
                && metadata.GetString(declaring.Name) == type
                && metadata.GetString(declaring.Namespace) == typeof(Operation).Namespace!.Replace("Operations", "Store", StringComparison.Ordinal))
            .Select(member => metadata.GetString(member.Name))];
    }
}
