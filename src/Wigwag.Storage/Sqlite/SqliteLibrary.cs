using System.Runtime.InteropServices;
using SQLitePCL;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Sqlite;

/// <summary>Binds the system's own SQLite, which its distribution keeps patched; none is bundled.</summary>
internal static class SqliteLibrary
{
    private static readonly string[] Names = ["libsqlite3.so.0", "libsqlite3.dylib", "libsqlite3.so", "winsqlite3"];

    // STRICT tables and RETURNING.
    private const int OldestVersion = 3_037_000;

    private static readonly Lazy<nint> Library = new(Bind);

    /// <exception cref="StoreRefusedException">The library is missing or too old.</exception>
    public static void Load() => _ = Library.Value;

    private static nint Bind()
    {
        nint library = 0;
        if (!Names.Any(name => NativeLibrary.TryLoad(name, out library)))
        {
            throw new StoreRefusedException("SQLite's library libsqlite3.so.0 is not installed. Install the package libsqlite3-0 (apt-get install libsqlite3-0).");
        }
        NativeLibrary.SetDllImportResolver(
            typeof(SQLite3Provider_e_sqlite3).Assembly, (name, _, _) => name == "e_sqlite3" ? library : 0);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        raw.FreezeProvider();
        if (raw.sqlite3_libversion_number() < OldestVersion)
        {
            throw new StoreRefusedException($"The system's SQLite is {raw.sqlite3_libversion().utf8_to_string()}; Wigwag needs 3.37 or newer.");
        }
        return library;
    }
}
