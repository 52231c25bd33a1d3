using System.Globalization;
using Wigwag.Core.Operations;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;

namespace Wigwag.Program.Serving;

/// <summary>How many files and connections the system lets a server have open.</summary>
internal static class Descriptors
{
    // The runtime, the database with its readers, locks and logs.
    private const long Own = 256;

    /// <summary>How many connections there is room for.</summary>
    public static int MostConnections => (int)Math.Clamp(Libc.MostOpenFiles() - Own, 1, int.MaxValue);

    /// <exception cref="Refusal">There are too few to serve anybody.</exception>
    public static void Check()
    {
        if (Libc.MostOpenFiles() is var most && most < Own + 16)
        {
            throw new Refusal(Error.Unavailable(
                "too_few_descriptors",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"This process may have {most} files and connections open at the same time, and a server needs {Own + 16} at least."),
                "Raise the limit (ulimit -n 4608; LimitNOFILE in a unit of systemd): each connection needs one."));
        }
    }
}
