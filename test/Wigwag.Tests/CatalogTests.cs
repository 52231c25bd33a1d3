using Wigwag.Core.Operations;

namespace Wigwag.Tests;

public sealed class CatalogTests
{
    [Fact]
    public void Every_operation_has_a_name_of_its_own() =>
        Assert.Equal(Catalog.Operations.Count, Catalog.Operations.Select(o => o.Name).Distinct().Count());
}
