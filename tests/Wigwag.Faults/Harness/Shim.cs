using System.Diagnostics;

namespace Wigwag.Faults.Harness;

/// <summary>Libraries that are loaded before libc's own functions.</summary>
internal static class Shim
{
    private const string Disk =
        """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <stdarg.h>
        #include <stdlib.h>
        #include <string.h>
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

        static int is_read_only(void) {
          const char *file = getenv("READ_ONLY_WHILE");
          if (!file || access(file, F_OK) != 0) return 0;
          errno = EROFS;
          return 1;
        }

        ssize_t pwrite(int fd, const void *from, size_t size, off_t at) {
          return is_read_only() ? -1 : ((ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite"))(fd, from, size, at);
        }

        ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) { return pwrite(fd, from, size, at); }

        int ftruncate(int fd, off_t size) { return is_read_only() ? -1 : ((int (*)(int, off_t))dlsym(RTLD_NEXT, "ftruncate"))(fd, size); }

        int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

        int open(const char *path, int flags, ...) {
          const char *folder = getenv("READ_ONLY_FOLDER");
          va_list rest;
          va_start(rest, flags);
          mode_t mode = va_arg(rest, mode_t);
          va_end(rest);
          if (flags & (O_RDWR | O_WRONLY | O_CREAT) && folder && strncmp(path, folder, strlen(folder)) == 0 && is_read_only()) return -1;
          return ((int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open"))(path, flags, mode);
        }

        int open64(const char *path, int flags, ...) {
          va_list rest;
          va_start(rest, flags);
          mode_t mode = va_arg(rest, mode_t);
          va_end(rest);
          return open(path, flags, mode);
        }
        """;

    private const string Time =
        """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <pthread.h>
        #include <time.h>

        int clock_gettime(clockid_t clock, struct timespec *time) {
          static int (*next)(clockid_t, struct timespec *);
          if (!next) next = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
          return next(clock == CLOCK_BOOTTIME ? CLOCK_REALTIME : clock, time);
        }

        // libfaketime's own does not come back in time when a clock goes faster: no timer would fire.
        int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until) {
          static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
          if (!real) real = (int (*)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *))dlsym(dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD), "pthread_cond_timedwait");
          return real(condition, mutex, until);
        }
        """;

    /// <summary>A disk that fails, dawdles or lets nothing be written when told to. Compiles it into a folder; its path.</summary>
    public static string Make(string folder) => Make(folder, "shim", Disk);

    /// <summary>The time since the machine was started goes as its wall clock does: what the wall gains has passed. Timers keep the true time.</summary>
    public static string MakeTime(string folder) => Make(folder, "time", Time);

    private static string Make(string folder, string name, string text)
    {
        var (source, library) = (Path.Combine(folder, name + ".c"), Path.Combine(folder, name + ".so"));
        File.WriteAllText(source, text);
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
