using System.Buffers.Binary;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// A write-ahead log as SQLite will read it, and what SQLite will pass over in silence (https://www.sqlite.org/fileformat.html, 4). Reading
/// it changes nothing.
/// </summary>
internal sealed class WalFile
{
    private const int HeaderLength = 32;
    private const int FrameHeaderLength = 24;

    private WalFile()
    {
    }

    /// <summary>The two salts of the header: another pair each time that the log begins anew, the first greater by one.</summary>
    public (uint First, uint Second) Salts { get; private init; }

    public int PageSize { get; private init; }

    /// <summary>The place in the file of each page's newest version, of all that was committed up to the first damage.</summary>
    public Dictionary<uint, long> Pages { get; } = [];

    /// <summary>As <see cref="Pages"/>, with what is sound after a damage.</summary>
    public Dictionary<uint, long> Salvaged { get; } = [];

    /// <summary>The size of the database in pages after the last commit; 0 when there is none.</summary>
    public uint DatabasePages { get; private set; }

    /// <summary>As <see cref="DatabasePages"/>, after the last commit that is sound.</summary>
    public uint SalvagedPages { get; private set; }

    /// <summary>Frames that do not match their checksum, before others that do.</summary>
    public int DamagedFrames { get; private set; }

    /// <summary>
    /// True when SQLite would drop what had been answered: a frame is damaged, and after it comes more than the end of one commit. What a
    /// power cut tears is part of the last commit alone, since each waits for the one before to be on the disk.
    /// </summary>
    public bool HasLostCommits { get; private set; }

    /// <summary>Reads a log, or null when there is none with a frame in it.</summary>
    public static WalFile? Read(string path)
    {
        if (DatabaseFiles.Length(path) <= HeaderLength)
        {
            return null;
        }
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var header = new byte[HeaderLength];
        if (RandomAccess.Read(file, header, 0) < HeaderLength)
        {
            return null;
        }
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        var isBigEndian = magic == 0x377f0683;
        var pageSize = (int)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
        var sum = Sum(header.AsSpan(0, 24), isBigEndian, (0, 0));
        var isHeaderSound = magic is 0x377f0682 or 0x377f0683 && pageSize is >= 512 and <= 65536 && int.IsPow2(pageSize)
            && sum == Pair(header.AsSpan(24));
        var log = new WalFile { Salts = Pair(header.AsSpan(16)), PageSize = isHeaderSound ? pageSize : 4096 };
        log.ReadFrames(file, isHeaderSound, isBigEndian, Pair(header.AsSpan(24)));
        return log;
    }

    private void ReadFrames(Microsoft.Win32.SafeHandles.SafeFileHandle file, bool isHeaderSound, bool isBigEndian, (uint, uint) sum)
    {
        var frame = new byte[FrameHeaderLength + PageSize];
        var (isWhole, isPrevious, commitsAfterDamage) = (isHeaderSound, isHeaderSound, 0);
        var open = new Dictionary<uint, long>();
        var salts = Salts;
        for (var at = (long)HeaderLength; RandomAccess.Read(file, frame, at) == frame.Length; at += frame.Length)
        {
            if (!isHeaderSound && at == HeaderLength)
            {
                salts = Pair(frame.AsSpan(8)); // the header's may be what is damaged
            }
            if (Pair(frame.AsSpan(8)) != salts)
            {
                if (!isPrevious || at + frame.Length >= RandomAccess.GetLength(file))
                {
                    DamagedFrames -= isPrevious ? 0 : 1; // the log ended there: what follows was left by the one before
                    break;
                }
                // The end of this log, or a damaged frame in the middle of it: the next one tells.
                (isPrevious, sum) = (false, Pair(frame.AsSpan(16)));
                isWhole = false;
                open.Clear();
                DamagedFrames++;
                continue;
            }
            var stored = Pair(frame.AsSpan(16));
            var computed = Sum(frame.AsSpan(FrameHeaderLength), isBigEndian, Sum(frame.AsSpan(0, 8), isBigEndian, sum));
            (sum, isPrevious) = (stored, true);
            if (computed != stored)
            {
                isWhole = false;
                open.Clear();
                DamagedFrames++;
                continue;
            }
            if (commitsAfterDamage > 0)
            {
                HasLostCommits = true;
            }
            open[BinaryPrimitives.ReadUInt32BigEndian(frame)] = at + FrameHeaderLength;
            if (BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4)) is var pages and > 0)
            {
                foreach (var (page, place) in open)
                {
                    Salvaged[page] = place;
                    if (isWhole)
                    {
                        Pages[page] = place;
                    }
                }
                open.Clear();
                SalvagedPages = pages;
                (DatabasePages, commitsAfterDamage) = isWhole ? (pages, 0) : (DatabasePages, commitsAfterDamage + 1);
            }
        }
    }

    private static (uint, uint) Pair(ReadOnlySpan<byte> bytes) =>
        (BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));

    private static (uint, uint) Sum(ReadOnlySpan<byte> bytes, bool isBigEndian, (uint, uint) seed)
    {
        var (a, b) = seed;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var (x, y) = isBigEndian ? Pair(bytes) : (BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));
            a += x + b;
            b += y + a;
        }
        return (a, b);
    }
}
