using System.ComponentModel;
using System.Text.RegularExpressions;
using Wigwag.Core.Operations;

namespace Wigwag.Tests.Architecture;

/// <summary>Each operation has every face, because every face can be derived from its one declaration.</summary>
public sealed partial class FacesTests
{
    public static TheoryData<string> Names => [.. Catalog.Operations.Select(operation => operation.Name)];

    private static Operation Named(string name) => Catalog.Operations.Single(operation => operation.Name == name);

    private static HashSet<string> Properties(Operation operation) => [.. operation.RequestType.Properties.Select(property => property.Name)];

    [Fact]
    public void Names_routes_and_commands_are_unique()
    {
        Assert.All(
            new[]
            {
                Catalog.Operations.Select(o => o.Name),
                Catalog.Operations.Select(o => Placeholder().Replace(o.Http, "{}")),
                Catalog.Operations.SelectMany(o => o.AlsoCli.Prepend(o.Cli)).Select(cli => string.Join(' ', Words(cli))),
            },
            names => Assert.Empty(names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_http_route_names_properties_of_the_request(string name)
    {
        var operation = Named(name);
        Assert.Matches(@"^(GET|POST|PUT|PATCH|DELETE) /v1(/[a-z_]+|/\{[a-z_]+\})+\z", operation.Http);
        Assert.Empty(Placeholder().Matches(operation.Http).Select(match => match.Groups[1].Value).Except(Properties(operation)));
        // What takes a long list is asked by POST, also where it only reads.
        Assert.True(operation.Effect == Effect.Query || !operation.Http.StartsWith("GET ", StringComparison.Ordinal), "A GET reads only.");
        Assert.True(operation.Effect != Effect.Query || operation.Http.StartsWith("GET ", StringComparison.Ordinal) || operation.Http.EndsWith("/check", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_command_line_names_properties_of_the_request(string name)
    {
        var operation = Named(name);
        Assert.NotEmpty(Words(operation));
        Assert.Empty(Argument().Matches(operation.Cli).Select(match => match.Groups[1].Value).Except(Properties(operation)));
        Assert.StartsWith("wigwag " + string.Join(' ', Words(operation)), operation.Example, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_model_can_read_what_it_does_and_what_each_property_means(string name)
    {
        var operation = Named(name);
        Assert.Matches(@"^[a-z]+(_[a-z]+)*\z", operation.Name);
        Assert.InRange(operation.Description.Length, 20, 1200);
        Assert.All(operation.RequestType.Properties, property =>
        {
            Assert.Matches(@"^[a-z][a-z0-9_]*\z", property.Name);
            Assert.True(
                property.AttributeProvider?.IsDefined(typeof(DescriptionAttribute), false) is true,
                $"{operation.Name}.{property.Name} has no [Description].");
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_property_of_paths_says_what_they_are_relative_to(string name)
    {
        Assert.All(Named(name).RequestType.Properties.Where(property => IsText(property.PropertyType) && PathName().IsMatch(property.Name)), property =>
        {
            var declared = property.AttributeProvider!.GetCustomAttributes(false);
            // A fact of the workspace is filled in by the client, and a file that is attached is one of the machine's.
            if (!declared.Any(each => each is FromWorkspaceAttribute or FilesAttribute))
            {
                Assert.True(declared.OfType<RepositoryPathsAttribute>().Any(), $"{name}.{property.Name} is named like a path and has no [RepositoryPaths].");
            }
        });
        Assert.All(Named(name).RequestType.Properties.Where(property => property.AttributeProvider!.IsDefined(typeof(RepositoryPathsAttribute), false)), property => Assert.Contains(
            RepositoryPathsAttribute.FromRoot, property.AttributeProvider!.GetCustomAttributes(false).OfType<DescriptionAttribute>().Single().Description, StringComparison.Ordinal));
    }

    [Fact]
    public void The_default_toolset_stays_small() =>
        Assert.InRange(Catalog.Operations.Count(operation => operation.Toolset == "core"), 1, 14);

    private static bool IsText(Type type) => type == typeof(string) || type.IsAssignableTo(typeof(IEnumerable<string>));

    private static string[] Words(Operation operation) => Words(operation.Cli);

    private static string[] Words(string cli) =>
        [.. cli.Split(' ').TakeWhile(word => word[0] is not ('<' or '['))];

    [GeneratedRegex(@"\{([a-z_]+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("path|file(?!_name)|scope|pattern|folder|director")]
    private static partial Regex PathName();

    [GeneratedRegex(@"[<\[]([a-z_]+)(?:\.\.\.)?[>\]]")]
    private static partial Regex Argument();
}
