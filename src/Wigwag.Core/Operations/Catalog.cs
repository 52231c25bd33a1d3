namespace Wigwag.Core.Operations;

/// <summary>Every feature of Wigwag; the faces are derived from this list.</summary>
public static class Catalog
{
    public static IReadOnlyList<Feature> Features { get; } = [Issues.IssuesFeature.Feature, Keys.KeysFeature.Feature];

    public static IReadOnlyList<Operation> Operations { get; } = [.. Features.SelectMany(feature => feature.Operations)];
}
