using FsCheck;
using FsCheck.Fluent;

namespace Wigwag.Tests.Text;

/// <summary>Texts made of what is dangerous somewhere: quotes, operators, controls, invisible characters, halves of characters.</summary>
internal static class Hostile
{
    private static readonly string[] Pieces =
    [
        "a", "parser", "crash", "x1", "\"", "\"\"", "'", "*", "-", "^", "(", ")", "{", "}", ":", "+", "%", "_", "\\", "/", ";", "--", "\0",
        " ", "\n", "\r", "\t", "\e[", "\e]", "\u009b", "\a", "\u200b", "\u202e", "\ud83d\ude00", "\ud83d", "\ude00", "\udb40\udc41", "\u00e9", "e\u0301",
        "AND", "OR", "NOT", "NEAR(", "subject:", "from:", "to:", "category:", "issue:", "before:", "after:", "project:", "BLOCKED", "2026-01-01", "9999",
        "vc-a3f8", "src/parser/Lexer.cs", "main/beads", "<<<", "wigwag", "end", "\u4f60\u597d", "\uffff", "rowid", "messages_words", "1=1", "..", "~",
    ];

    public static Arbitrary<string> Texts { get; } = Arb.From(Gen.Choose(0, 12).SelectMany(count =>
        Gen.OneOf(Gen.Elements(Pieces), Gen.Choose(0, 0xffff).Select(c => ((char)c).ToString())).ArrayOf(count).Select(string.Concat)));

    /// <summary>Holds a promise against that many texts.</summary>
    public static void Check(int texts, Func<string, bool> holds) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(texts), Prop.ForAll(Texts, holds));
}
