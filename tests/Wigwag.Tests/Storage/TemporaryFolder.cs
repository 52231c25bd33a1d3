namespace Wigwag.Tests.Storage;

/// <summary>A folder of a test's own, gone with it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("wigwag-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Who may do what with a file, as <c>ls</c> writes it: <c>rw-------</c>.</summary>
    public static string Mode(string path)
    {
        var mode = OperatingSystem.IsWindows() ? throw new NotSupportedException() : (int)File.GetUnixFileMode(path);
        return string.Concat("rwxrwxrwx".Select((letter, i) => (mode & (256 >> i)) != 0 ? letter : '-'));
    }

    public void Dispose()
    {
        TestEngine.Forget(Path);
        Directory.Delete(Path, recursive: true);
    }
}
