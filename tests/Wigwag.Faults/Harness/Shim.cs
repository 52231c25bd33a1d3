using System.Diagnostics;

namespace Wigwag.Faults.Harness;

/// <summary>A disk that fails or dawdles when told to: a library loaded before libc's own fsync.</summary>
internal static class Shim
{
    private const string Source =
        """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdlib.h>
        #include <unistd.h>

        static int fails(void) {
          const char *file = getenv("FSYNC_FAILS_WHILE");
          const char *delay = getenv("FSYNC_DELAY_MS");
          if (delay) usleep(1000 * atoi(delay));
          if (!file || access(file, F_OK) != 0) return 0;
          errno = EIO;
          return 1;
        }

        int fsync(int fd) { return fails() ? -1 : ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd); }

        int fdatasync(int fd) { return fails() ? -1 : ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd); }
        """;

    /// <summary>Compiles it into a folder; its path.</summary>
    public static string Make(string folder)
    {
        var (source, library) = (Path.Combine(folder, "shim.c"), Path.Combine(folder, "shim.so"));
        File.WriteAllText(source, Source);
        Assert.True(Run("cc", "-shared", "-fPIC", "-o", library, source, "-ldl"), "The shim needs a C compiler: apt-get install gcc libc6-dev.");
        return library;
    }

    /// <summary>Runs a command to its end; whether it succeeded.</summary>
    public static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
