using System.Text.Json.Serialization.Metadata;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;

namespace Wigwag.Tests.Architecture;

/// <summary>Of each text that an answer or an event holds it is declared whose words it is, so that every face can show it as such.</summary>
public sealed class TextOriginTests
{
    private static readonly List<(string Where, JsonPropertyInfo Property)> Texts =
    [
        .. Catalog.Operations.SelectMany(operation => In(operation.AnswerType, operation.Name, [])),
        .. Catalog.Features.SelectMany(feature => feature.Events).SelectMany(kind => In(kind.FactType, kind.Name, [])),
        .. In(FeedJson.Default.Event, "event", []),
    ];

    [Fact]
    public void Each_text_of_an_answer_or_an_event_is_declared_as_somebodys_or_the_servers()
    {
        Assert.True(Texts.Count > 100);
        Assert.Empty(Texts.Where(text => TextShape.Declared(text.Property) is null).Select(text => text.Where).Distinct());
    }

    [Fact]
    public void What_is_declared_as_the_servers_is_a_short_list_that_somebody_has_looked_at() => Assert.Equal(
        [
            "after", "agent", "aliases", "created_by", "former_name", "kind", "line", "media_type", "name", "next", "next_cursor", "project_name", "slot", "subject",
            "token", "tracker",
        ],
        Texts.Where(text => TextShape.Declared(text.Property) == TextOrigin.Server).Select(text => text.Property.Name).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void No_fact_in_the_details_of_refusals_has_the_name_of_others_words() => Assert.Empty(
        ErrorDetails.Facts.Intersect(Texts.Where(text => TextShape.Declared(text.Property) != TextOrigin.Server).Select(text => text.Property.Name)));

    private static IEnumerable<(string, JsonPropertyInfo)> In(JsonTypeInfo type, string where, HashSet<Type> above)
    {
        var content = TextShape.Content(type);
        if (content.Kind == JsonTypeInfoKind.Dictionary)
        {
            // Keys and values of somebody's choosing would have no declaration.
            Assert.NotEqual(typeof(string), content.ElementType);
        }
        if (content.Kind != JsonTypeInfoKind.Object || !above.Add(content.Type))
        {
            yield break;
        }
        foreach (var property in content.Properties.Where(property => property.Get is not null))
        {
            var inner = TextShape.Content(property.Options.GetTypeInfo(property.PropertyType));
            if (inner.Type == typeof(string))
            {
                yield return ($"{where}.{property.Name}", property);
            }
            foreach (var deeper in In(inner, $"{where}.{property.Name}", [.. above]))
            {
                yield return deeper;
            }
        }
    }
}
