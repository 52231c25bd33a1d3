namespace Wigwag.Storage.Sqlite;

/// <summary>The files of one database.</summary>
internal sealed record DatabaseFiles(string Main)
{
    public string Wal => Main + "-wal";

    public string Shm => Main + "-shm";

    public string Lock => Main + ".lock";

    public string Mark => Main + ".mark";

    public static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
