using System.Text;
using Wigwag.Core.Text;

namespace Wigwag.Tests.Text;

public sealed class SanitizeTests
{
    [Theory]
    [MemberData(nameof(Payloads.Cleaned), MemberType = typeof(Payloads), DisableDiscoveryEnumeration = true)]
    public void Nothing_is_left_that_a_terminal_obeys_or_a_reader_cannot_see(string text, string expected)
    {
        Assert.Equal(expected, Sanitize.ForTerminal(text));
        Assert.Equal(expected, Sanitize.ForModel(text));
    }

    [Fact]
    public void Any_text_becomes_clean_and_stays_so() => Hostile.Check(2000, text =>
    {
        var clean = Sanitize.ForTerminal(text);
        return clean == Sanitize.ForTerminal(clean)
            && Sanitize.IsStorable(clean)
            && !clean.EnumerateRunes().Any(Sanitize.IsHidden);
    });

    [Fact]
    public void One_line_is_one_line() => Hostile.Check(1000, text =>
        Sanitize.OneLine(text).EnumerateRunes().All(rune => !Rune.IsControl(rune)) && Sanitize.Quote(text).Length <= 83);

    [Theory]
    [InlineData("plain", true)]
    [InlineData("a\ud83d\ude00", true)]
    [InlineData("a\0b", false)]
    public void A_store_keeps_text_without_nul(string text, bool isStorable) => Assert.Equal(isStorable, Sanitize.IsStorable(text));

    [Fact]
    public void A_store_keeps_no_halves_of_characters()
    {
        Assert.False(Sanitize.IsStorable("a\ud83d"));
        Assert.False(Sanitize.IsStorable("\ude00a"));
        Assert.False(Sanitize.IsStorable("\ud83d\ud83d\ude00"));
    }
}
