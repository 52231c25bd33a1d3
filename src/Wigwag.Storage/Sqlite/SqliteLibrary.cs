using SQLitePCL;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Sqlite;

/// <summary>Binds the SQLite engine that comes with the program, so that every machine runs the same one.</summary>
public static class SqliteLibrary
{
    // Every SQLite before 3.51.3 can corrupt a WAL that two connections write or checkpoint at once.
    private const int OldestVersion = 3_051_003;

    private static readonly Lazy<bool> Library = new(Bind);

    /// <exception cref="StoreRefusedException">The library is missing or too old.</exception>
    public static void Load() => _ = Library.Value;

    /// <summary>The engine's own version, such as 3.53.4.</summary>
    /// <exception cref="StoreRefusedException">As <see cref="Load"/>.</exception>
    public static string Version
    {
        get
        {
            Load();
            return raw.sqlite3_libversion().utf8_to_string();
        }
    }

    private static bool Bind()
    {
        try
        {
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            raw.FreezeProvider();
            if (raw.sqlite3_libversion_number() >= OldestVersion)
            {
                return true;
            }
        }
        catch (DllNotFoundException)
        {
            throw new StoreRefusedException("The SQLite library e_sqlite3 is missing beside the program. Install Wigwag again, with all files of its folder.");
        }
        throw new StoreRefusedException(
            $"The SQLite library beside the program is {raw.sqlite3_libversion().utf8_to_string()}, and Wigwag needs 3.51.3. Install Wigwag again.");
    }
}
