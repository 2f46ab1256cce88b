using System.CommandLine;
using Divvy.Cli.Benchmarking.Comparison;
using Divvy.Cli.Benchmarking.Streaming;
using Divvy.Cli.Output;

namespace Divvy.Cli.Benchmarking;

/// <summary><c>divvy bench</c>.</summary>
internal static class BenchCommand
{
    public static Command Create(CommandConsole console)
    {
        var options = new BenchOptions();
        var runner = new BenchRunner(console, options);
        var command = new Command(
            "bench",
            "Load any etcd v3 server, with the flags, keys and report of etcd's own benchmark; exit code 1 if a "
                + "request failed.")
        {
            PutBench.Create(runner),
            RangeBench.Create(runner),
            TxnPutBench.Create(runner),
            WatchBench.Watch(runner),
            WatchBench.Latency(runner),
            LeaseKeepAliveBench.Create(runner),
        };
        options.AddTo(command);
        command.Subcommands.Add(CompareCommand.Create(console, options));
        command.Subcommands.Add(StreamsBench.Create(console, options));
        return command;
    }
}
