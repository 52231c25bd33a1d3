using Wigwag.Core.Keys;

namespace Wigwag.Tests.Keys;

public sealed class KeyTokenTests
{
    [Fact]
    public void A_token_names_its_key_and_holds_256_random_bits()
    {
        var tokens = Enumerable.Range(0, 1000).Select(_ => KeyToken.New()).ToList();
        Assert.All(tokens, made =>
        {
            Assert.Matches("^wig_k[0-9a-z]{10}_[0-9A-Za-z]{43}$", made.Token);
            Assert.True(KeyToken.TryRead(made.Token, out var key));
            Assert.Equal(made.Key, key);
        });
        Assert.Equal(1000, tokens.Select(made => made.Token[^43..]).Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("wig_")]
    [InlineData("wig__")]
    [InlineData("wig_k0000000000_")]
    [InlineData("wig_k0000000000_short")]
    [InlineData("WIG_k0000000000_0000000000000000000000000000000000000000000")]
    [InlineData("wig_K0000000000_0000000000000000000000000000000000000000000")]
    [InlineData("wig_k000000000_0000000000000000000000000000000000000000000")]
    [InlineData("wig_k0000000000_00000000000000000000000000000000000000000 0")]
    [InlineData("wig_k0000000000_000000000000000000000000000000000000000000é")]
    [InlineData(" wig_k0000000000_0000000000000000000000000000000000000000000")]
    public void What_is_not_a_token_names_no_key(string text) => Assert.False(KeyToken.TryRead(text, out _));

    [Fact]
    public void Hashes_are_the_same_for_the_same_token_only()
    {
        var (_, token) = KeyToken.New();
        Assert.True(KeyToken.Same(KeyToken.Hash(token), KeyToken.Hash(token)));
        Assert.False(KeyToken.Same(KeyToken.Hash(token), KeyToken.Hash(token + "x")));
        Assert.False(KeyToken.Same(KeyToken.Hash(token), ""));
    }
}
