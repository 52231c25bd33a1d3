using Wigwag.Core.Leases.Scopes;

namespace Wigwag.Tests.Leases;

/// <summary>Names that look the same are the same: Unicode normalization form C, which the framework leaves out in invariant globalization.</summary>
public sealed class NfcTests
{
    [Theory]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("A\u030a", "\u00c5")]
    [InlineData("\u212b", "\u00c5")] // the angstrom sign decomposes and never composes back
    [InlineData("o\u0323\u0302", "\u1ed9")] // Vietnamese, two marks
    [InlineData("o\u0302\u0323", "\u1ed9")] // in the other order
    [InlineData("\u03b1\u0345\u0301", "\u1fb4")] // Greek
    [InlineData("\u0438\u0306", "\u0439")] // Cyrillic
    [InlineData("\u1112\u1161\u11ab", "\ud55c")] // Hangul, by arithmetic
    [InlineData("\uac00\u11a8", "\uac01")]
    [InlineData("\u0915\u093c", "\u0915\u093c")] // excluded from composition
    [InlineData("\ufb1d", "\u05d9\u05b4")]
    [InlineData("a\u0315\u0300\u05ae\u0062", "\u00e0\u05ae\u0315b")]
    [InlineData("src/parser.cs", "src/parser.cs")]
    [InlineData("\ud834\udd5e", "\ud834\udd57\ud834\udd65")] // beyond the first plane
    public void A_text_has_one_form(string text, string expected)
    {
        Assert.Equal(expected, Nfc.Of(text));
        Assert.Equal(expected, Nfc.Of(expected));
    }

    [Fact]
    public void What_is_not_well_formed_is_replaced_rather_than_kept() => Assert.Equal("a\ufffdb", Nfc.Of("a\ud834b"));
}
