using System.Diagnostics;
using Wigwag.EndToEnd.Cli;
using Wigwag.Tests.Git;

namespace Wigwag.Security.Repositories;

/// <summary>A clone by somebody who means harm, on a machine whose user looks for programs in the current directory first.</summary>
internal sealed class HostileClone : IDisposable
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;
    private const int MostDataKilobytes = 512 << 10;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // What this program or git starts, has started or might, and what any other is called on this machine.
    private static readonly string[] Names =
    [
        "git", "sh", "bash", "dash", "zsh", "env", "ssh", "node", "dotnet", "wigwag", "bd", "gh", "setsid", "nohup", "notify-send", "xdg-open",
        "open", "cat", "dirname", "readlink", "uname", "pwd", "cd", "test", "[", "printf", "touch", "vi", "vim", "nano", "emacs", "code",
        "less", "more", "pager", "gpg", "gpg2", "gpgsm", "ssh-keygen", "ssh-add", "git-remote-https", "git-upload-pack", "git-receive-pack",
        "git-lfs", "git-rev-parse", "claude", "codex", "gemini", "cursor", "cursor-agent", "husky", "pre-commit", "lefthook", "npx", "npm",
        "python3", "perl", "curl", "which", "command", "tput", "stty", "id", "hostname", "systemctl",
    ];

    private readonly Town _town = new();

    public HostileClone()
    {
        Outside = Path.Combine(_town.Folder, "outside");
        Canaries = Path.Combine(_town.Folder, "canaries");
        _town.Environment["GIT_CONFIG_GLOBAL"] = Path.Combine(_town.Folder, "gitconfig");
        File.WriteAllText(_town.Environment["GIT_CONFIG_GLOBAL"]!, """
            [user]
            	name = Ann Lee
            	email = ann@example.org
            [init]
            	defaultBranch = main
            [protocol "file"]
            	allow = always
            [safe]
            	directory = *

            """);
        Root = _town.Clone("dave/vc", "https://github.com/steveyegge/vc");
        Write("README", "x\n");
        Write("src/a.c", "x\n");
        Git("add", "-A");
        Git("commit", "-qm", "first");
    }

    public string Root { get; }

    /// <summary>A file of the reader's that links of the clone lead to.</summary>
    public string Outside { get; }

    /// <summary>Where each program of the clone that was run has left a line.</summary>
    public string Canaries { get; }

    public Dictionary<string, string?> Environment => _town.Environment;

    public string Folder => _town.Folder;

    public string this[string path] => Path.Combine(Root, path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllText(this[path], text);
    }

    public Ran Git(params string[] arguments) => _town.Run("git", Root, arguments).Fine();

    /// <summary>Puts a program of every name into the root and into folders below, and makes PATH find them first.</summary>
    public int PlantPrograms()
    {
        var canary = Path.Combine(_town.Folder, "canary");
        File.WriteAllText(canary, $"#!/bin/sh\nprintf '%s\\n' \"$0 $*, by $WIGWAG_TEST\" >>'{Canaries}'\nexit 0\n");
        File.SetUnixFileMode(canary, Executable);
        var path = System.Environment.GetEnvironmentVariable("PATH")!;
        var names = path.Split(':').Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder)).Select(Path.GetFileName)
            .OfType<string>().Concat(Names).Distinct().ToList();
        string[] folders = ["", "bin", "src", "src/bin"];
        foreach (var folder in folders)
        {
            Directory.CreateDirectory(this[folder]);
            foreach (var name in names.Where(name => !Path.Exists(this[Path.Combine(folder, name)])))
            {
                File.CreateSymbolicLink(this[Path.Combine(folder, name)], canary);
            }
        }
        Environment["PATH"] = $".::bin:./src:src/bin/:..:{Root}:{this["bin"]}:{this["src/../bin"]}:{path}:";
        return names.Count * folders.Length;
    }

    /// <summary>Runs a command in the clone with an end to its time and memory.</summary>
    public Ran Run(string folder, CommandLineOf line) =>
        Bounded(Path.Combine(Root, folder), Town.Program, line.Arguments, line.Input, line.Text);

    /// <summary>Runs any program in the same way.</summary>
    public Ran Bounded(string folder, string program, string[] arguments, string input, string what)
    {
        Environment["WIGWAG_TEST"] = what;
        var bounded = $"ulimit -d {MostDataKilobytes}; exec \"$@\"";
        using var process = _town.Start("/bin/sh", folder, ["-c", bounded, "sh", program, .. arguments]);
        var output = process.StandardOutput.ReadToEndAsync();
        var complaint = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it.
        }
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{what} hangs.");
        }
        return new(process.ExitCode, output.GetAwaiter().GetResult(), complaint.GetAwaiter().GetResult());
    }

    /// <summary>Fails when a program of the clone was run.</summary>
    public void AssertNothingRan() => Assert.False(File.Exists(Canaries), File.Exists(Canaries) ? File.ReadAllText(Canaries) : "");

    /// <summary>Puts one of <see cref="SpecialFiles.Kinds"/> in the place of a file.</summary>
    public void Put(string kind, string path)
    {
        File.WriteAllText(Outside, "of the reader\n");
        SpecialFiles.Put(kind, this[path], Outside);
    }

    /// <summary>The server runs, so that no command has to start it with a limit on its memory.</summary>
    public void StartServer() => _town.Wigwag("agent", "list").Fine();

    public Process Start(params string[] arguments) => _town.StartIn(Root, arguments);

    public int? Server() => _town.ServerProcess();

    public void Dispose() => _town.Dispose();
}
