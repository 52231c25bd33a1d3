using System.Diagnostics;

namespace Wigwag.Tests.Git;

/// <summary>What somebody can put in the place of a file to hold its reader up, or to be told of another.</summary>
public static class SpecialFiles
{
    public static readonly string[] Kinds = ["fifo", "zero", "outside", "folder", "huge", "dangling"];

    /// <summary>Puts one of these where a file is, or would be.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="path">The file that is replaced.</param>
    /// <param name="outside">A file elsewhere.</param>
    public static void Put(string kind, string path, string outside)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        File.Delete(path);
        switch (kind)
        {
            case "fifo":
                using (var mkfifo = Process.Start("/usr/bin/mkfifo", [path]))
                {
                    mkfifo.WaitForExit();
                    Assert.Equal(0, mkfifo.ExitCode);
                }
                break;
            case "zero":
                File.CreateSymbolicLink(path, "/dev/zero");
                break;
            case "outside":
                File.CreateSymbolicLink(path, outside);
                break;
            case "dangling":
                File.CreateSymbolicLink(path, outside + ".not-there");
                break;
            case "folder":
                Directory.CreateDirectory(path);
                break;
            case "huge":
                using (var file = File.Create(path))
                {
                    // It has a hole: it costs no disk.
                    file.SetLength(8L << 30);
                }
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }
    }
}
