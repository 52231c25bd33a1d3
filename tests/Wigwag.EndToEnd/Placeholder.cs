using Wigwag.Core.Operations;

namespace Wigwag.EndToEnd;

public sealed class Placeholder
{
    [Fact]
    public void Every_operation_has_a_name_of_its_own() =>
        Assert.Equal(Catalog.Operations.Count, Catalog.Operations.Select(o => o.Name).Distinct().Count());
}
