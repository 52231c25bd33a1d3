namespace Wigwag.Security.Text;

/// <summary>What may hold a secret that was planted.</summary>
internal enum Keeping
{
    /// <summary>Whatever Wigwag needs to work, or should never have been given: nothing but the file or variable it came from.</summary>
    Nowhere,

    /// <summary>What an agent wrote: the database, and whoever reads it there.</summary>
    AsWritten,
}

/// <summary>A secret of the form that its service gives it.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Text">What would tell it.</param>
internal sealed record Secret(string Kind, string Text, Keeping Keeping);

/// <summary>The secrets of one test, drawn anew, so that none stands in the sources.</summary>
internal sealed class Planted
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private readonly Random _random = new(Scale.Seed);
    private readonly List<Secret> _all = [];

    public IReadOnlyList<Secret> All => _all;

    /// <summary>One that nothing but its source may hold.</summary>
    public string Secret(string kind, string prefix = "", int length = 24) => Plant(kind, prefix + Draw(length), Keeping.Nowhere);

    /// <summary>One in a text of an agent's.</summary>
    public string Written(string kind, string prefix, int length) => Plant(kind, prefix + Draw(length), Keeping.AsWritten);

    /// <summary>One of Wigwag's own, which it drew itself.</summary>
    public string Own(string kind, string text) => Plant(kind, text, Keeping.Nowhere);

    private string Plant(string kind, string text, Keeping keeping)
    {
        _all.Add(new(kind, text, keeping));
        return text;
    }

    private string Draw(int length) => new(_random.GetItems<char>(Letters, length));
}
