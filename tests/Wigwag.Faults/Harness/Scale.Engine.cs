namespace Wigwag.Faults.Harness;

internal static partial class Scale
{
    /// <summary>Tells a figure of one engine.</summary>
    public static void Tell(string row, Engine engine, string figure) => Tell(row, figure, engine == Engine.Postgres ? "PostgreSQL" : "SQLite");
}
