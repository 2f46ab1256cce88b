using System.CommandLine;
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
            LeaseKeepAliveBench.Create(runner),
        };
        options.AddTo(command);
        return command;
    }
}
