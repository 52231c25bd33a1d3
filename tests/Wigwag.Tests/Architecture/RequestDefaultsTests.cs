using Wigwag.Core.Operations;

namespace Wigwag.Tests.Architecture;

/// <summary>The source generator gives a property that JSON leaves out its type's default, whatever its initializer says.</summary>
public sealed class RequestDefaultsTests
{
    public static TheoryData<string> Operations => new(Catalog.Operations.Select(operation => operation.Name));

    [Theory]
    [MemberData(nameof(Operations))]
    public void What_a_request_leaves_out_is_null_or_the_zero_of_its_type(string name)
    {
        var type = Catalog.Operations.Single(operation => operation.Name == name).RequestType;
        var wrong = type.Properties
            .Where(property => !property.IsRequired)
            .Where(property => property.PropertyType.IsValueType
                ? Nullable.GetUnderlyingType(property.PropertyType) is null && property.PropertyType.IsEnum
                : !property.IsSetNullable)
            .Select(property => property.Name);
        Assert.Empty(wrong);
    }
}
