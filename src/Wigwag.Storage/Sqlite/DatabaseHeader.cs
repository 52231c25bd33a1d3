using System.Buffers.Binary;

namespace Wigwag.Storage.Sqlite;

/// <summary>The first 100 bytes of a SQLite database (https://www.sqlite.org/fileformat.html, 1.3).</summary>
/// <param name="PageSize">Bytes of a page.</param>
/// <param name="Pages">How many pages the file had when this header was written.</param>
/// <param name="Application">Which program's file it is; 0 when it was never said.</param>
internal readonly record struct DatabaseHeader(int PageSize, uint Pages, uint Application)
{
    public const int Length = 100;

    /// <summary>Wigwag's: the letters WIGW.</summary>
    public const int OurApplication = 0x57494757;

    public static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    /// <summary>The header, or what is wrong with it.</summary>
    public static string? TryRead(ReadOnlySpan<byte> bytes, out DatabaseHeader header)
    {
        header = default;
        if (bytes.Length < Length || !bytes.StartsWith(Magic))
        {
            return "it does not begin as a SQLite database does";
        }
        var pageSize = BinaryPrimitives.ReadUInt16BigEndian(bytes[16..]) is var size and not 1 ? size : 65536;
        header = new(pageSize, BinaryPrimitives.ReadUInt32BigEndian(bytes[28..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[68..]));
        var isSound = pageSize is >= 512 and <= 65536 && int.IsPow2(pageSize)
            && bytes[18] is 1 or 2 && bytes[19] is 1 or 2 && bytes[20] == 0
            && bytes[21..24].SequenceEqual((ReadOnlySpan<byte>)[64, 32, 32])
            && BinaryPrimitives.ReadUInt32BigEndian(bytes[44..]) <= 4 // 0 before the first table
            && BinaryPrimitives.ReadUInt32BigEndian(bytes[56..]) is 0 or 1
            && BinaryPrimitives.ReadUInt32BigEndian(bytes[32..]) <= header.Pages // the first page of the list of free pages
            && BinaryPrimitives.ReadUInt32BigEndian(bytes[36..]) < header.Pages // how many there are
            && !bytes[72..92].ContainsAnyExcept((byte)0);
        return isSound ? null : "its header is damaged";
    }
}
