using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Wigwag.Storage.Files;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// What the database is known to hold, kept in a file beside it, so that what is missing from the database is noticed. It may lag behind the
/// database, after a power cut, and is never ahead of it.
/// </summary>
/// <param name="Instance">The number of the database, as <see cref="Identity"/> gave it.</param>
/// <param name="Commits">It has had at least so many commits.</param>
/// <param name="Salts">Those of the write-ahead log; null while it is not known which it will be.</param>
/// <param name="ClosedSize">After it was closed with nothing in the log, the file's size in bytes; -1 while it is open, or was not closed.</param>
/// <param name="ClosedSum">A checksum of the file then; 0 for a file that is too large to be read at every start.</param>
internal sealed record DatabaseMark(string Instance, long Commits, (uint First, uint Second)? Salts, long ClosedSize = -1, uint ClosedSum = 0)
{
    /// <summary>A larger file is not read as a whole at a start: of 64 MiB it takes about 20 ms.</summary>
    public const long LargestSummed = 64 << 20;

    private const int Length = 128;

    public bool IsClosed => ClosedSize >= 0;

    /// <summary>The mark in a file; null when there is none, or it cannot be read.</summary>
    public static DatabaseMark? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[Length];
        var read = RandomAccess.Read(file, bytes, 0);
        return read == Length && Encoding.ASCII.GetString(bytes).TrimEnd().Split(' ', StringSplitOptions.RemoveEmptyEntries) is
                ["wigwag-mark", "1", var instance, var commits, var first, var second, var size, var sum, var own]
            && own == Sum(bytes.AsSpan(0, Length - 9)).ToString("x8", CultureInfo.InvariantCulture)
            ? new(
                instance,
                long.Parse(commits, CultureInfo.InvariantCulture),
                first == "-" ? null : (Hex(first), Hex(second)),
                long.Parse(size, CultureInfo.InvariantCulture),
                Hex(sum))
            : null;
    }

    /// <summary>A checksum of a file, or 0 when it is too large for one.</summary>
    public static uint SumOf(SafeFileHandle file)
    {
        if (RandomAccess.GetLength(file) > LargestSummed)
        {
            return 0;
        }
        var (sum, buffer) = (uint.MaxValue, new byte[1 << 18]);
        int read;
        for (var at = 0L; (read = RandomAccess.Read(file, buffer, at)) > 0; at += read)
        {
            sum = Sum(buffer.AsSpan(0, read), sum);
        }
        return sum;
    }

    public byte[] ToBytes()
    {
        var (first, second) = Salts is var (a, b) ? ($"{a:x8}", $"{b:x8}") : ("-", "-");
        var text = string.Create(CultureInfo.InvariantCulture, $"wigwag-mark 1 {Instance} {Commits} {first} {second} {ClosedSize} {ClosedSum:x8} ");
        var bytes = Encoding.ASCII.GetBytes(text.PadRight(Length - 9));
        return [.. bytes, .. Encoding.ASCII.GetBytes($"{Sum(bytes):x8}\n")];
    }

    private static uint Hex(string text) => uint.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    // CRC-32C, which processors compute by themselves.
    private static uint Sum(ReadOnlySpan<byte> bytes, uint sum = uint.MaxValue)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            sum = BitOperations.Crc32C(sum, word);
        }
        foreach (var rest in bytes[(bytes.Length & ~7)..])
        {
            sum = BitOperations.Crc32C(sum, rest);
        }
        return sum;
    }
}

/// <summary>The mark's file while the database is open: written over in place after each commit, without waiting for the disk.</summary>
internal sealed class MarkFile : IDisposable
{
    private readonly DatabaseFiles _files;
    private readonly SafeFileHandle _database;
    private readonly SafeFileHandle _file;
    private SafeFileHandle? _log;
    private DatabaseMark _mark;
    private bool _isNewLog = true;

    /// <summary>Opens it, and says on the disk that the database is open from now on.</summary>
    /// <param name="files">Of the database.</param>
    /// <param name="database">The database file, for as long as this is used.</param>
    /// <param name="instance">The database's own name.</param>
    /// <param name="commits">How many commits it is known to have had.</param>
    public MarkFile(DatabaseFiles files, SafeFileHandle database, string instance, long commits)
    {
        (_files, _database) = (files, database);
        using (PrivateFiles.Open(files.Mark, FileMode.OpenOrCreate))
        {
            // Made, for its user alone.
        }
        _file = File.OpenHandle(files.Mark, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _mark = new(instance, commits, null);
        Write(isDurable: true);
        PrivateFiles.SyncFolder(Path.GetDirectoryName(files.Mark)!);
    }

    /// <summary>How many commits the database has had.</summary>
    public long Commits => _mark.Commits;

    /// <summary>To be called after a checkpoint: the next commit may begin the log anew.</summary>
    public void LogMayRestart() => _isNewLog = true;

    /// <summary>To be called before the log is emptied: whatever is found of it afterwards is right.</summary>
    public void LogMayVanish()
    {
        _mark = _mark with { Salts = null };
        _isNewLog = true;
        Write(isDurable: true);
    }

    /// <summary>A commit is on the disk.</summary>
    public void Committed(long commits)
    {
        _mark = _mark with { Commits = commits };
        if (_isNewLog)
        {
            _isNewLog = false;
            _mark = _mark with { Salts = ReadSalts() };
        }
        Write(isDurable: false);
    }

    /// <summary>The database was closed, with everything in its one file.</summary>
    public void Closed()
    {
        if (DatabaseFiles.Length(_files.Wal) == 0)
        {
            _mark = _mark with { Salts = null, ClosedSize = RandomAccess.GetLength(_database), ClosedSum = DatabaseMark.SumOf(_database) };
            Write(isDurable: true);
        }
    }

    public void Dispose()
    {
        _log?.Dispose();
        _file.Dispose();
    }

    private (uint, uint)? ReadSalts()
    {
        // SQLite holds no lock on the log that closing this could drop.
        _log ??= File.OpenHandle(_files.Wal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> salts = stackalloc byte[8];
        return RandomAccess.Read(_log, salts, 16) == 8
            ? (BinaryPrimitives.ReadUInt32BigEndian(salts), BinaryPrimitives.ReadUInt32BigEndian(salts[4..]))
            : null;
    }

    private void Write(bool isDurable)
    {
        RandomAccess.Write(_file, _mark.ToBytes(), 0);
        if (isDurable)
        {
            RandomAccess.FlushToDisk(_file);
        }
    }
}
