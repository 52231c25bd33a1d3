using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Wigwag.Micro;

// In this process: the projects that BenchmarkDotNet generates do not build under the repository's own rules.
// Arguments are BenchmarkDotNet's: --filter '*Globs*', --list flat.
var config = DefaultConfig.Instance
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default);
BenchmarkSwitcher.FromTypes([typeof(Globs), typeof(Remotes), typeof(Envelopes)]).Run(args.Length == 0 ? ["--filter", "*"] : args, config);
