using System.Text;
using System.Text.Json.Nodes;
using Wigwag.Core.Text;

namespace Wigwag.Tests.Text;

public sealed class ReadableJsonTests
{
    [Theory]
    [InlineData("<b> & 'c' + \"d\" `e` \\ ü 漢", """<b> & 'c' + \"d\" `e` \\ ü 漢""")]
    [InlineData("admin\u202egnp\u200b\u2066\ufeff\u00ad", @"admin\u202Egnp\u200B\u2066\uFEFF\u00AD")]
    [InlineData("a\U000e0041\e[2Jb\u2028", @"a\uDB40\uDC41\u001B[2Jb\u2028")]
    public void What_a_reader_sees_stays_as_it_is_and_what_nobody_sees_is_an_escape(string text, string written) =>
        Assert.Equal($$"""{"text":"{{written}}"}""", Encoding.UTF8.GetString(ReadableJson.Write(new JsonObject { ["text"] = text }).Span));

    [Fact]
    public void It_says_the_same_whatever_the_text() => Hostile.Check(2000, text =>
    {
        // Half of a surrogate pair has no form in UTF-8.
        var whole = Sanitize.IsStorable(text) ? text : "";
        var json = ReadableJson.Write(new JsonObject { [whole] = whole });
        Assert.Equal(whole, JsonNode.Parse(json.Span)![whole]!.GetValue<string>());
        Assert.DoesNotContain(Encoding.UTF8.GetString(json.Span).EnumerateRunes(), Sanitize.IsHidden);
        Assert.Equal(whole, JsonNode.Parse(ReadableJson.Indent(json))![whole]!.GetValue<string>());
        return true;
    });
}
