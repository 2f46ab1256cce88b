using System.CommandLine;
using Divvy.Cli.Benchmarking.Loads;
using Divvy.Cli.Benchmarking.Reports;
using Divvy.Cli.Parsing;
using Divvy.Rpc;

namespace Divvy.Cli.Benchmarking;

/// <summary><c>divvy bench txn-put</c>.</summary>
internal static class TxnPutBench
{
    /// <summary>Servers take 128 by default; <c>--max-txn-ops</c> of etcd raises it.</summary>
    private const int MostOperations = 100_000;

    public static Command Create(BenchRunner runner)
    {
        var keySize = LoadOptions.KeySize(8);
        var valueSize = LoadOptions.ValueSize(8);
        var operations = TypedOption.Number("--txn-ops", 1, 1, MostOperations, "Puts in a transaction.");
        var rate = LoadOptions.Rate();
        var total = LoadOptions.Total("Transactions.");
        var keySpace = LoadOptions.KeySpaceSize();
        var command = new Command("txn-put", "Put keys in transactions without a condition.")
        {
            keySize, valueSize, operations, rate, total, keySpace,
        };
        runner.Attach(command, parsed =>
        {
            var keys = LoadOptions.Checked(() => new KeySpace(
                parsed.GetValue(keySize), parsed.GetValue(keySpace), isSequential: true));
            var value = LoadOptions.RandomValue(parsed.GetValue(valueSize));
            TxnPutMessage Message(int client) => new(keys, value, parsed.GetValue(operations));
            LoadOptions.Checked(() => Message(0));
            return async (session, stop) => (IReadOnlyList<BenchResult>)
            [
                await LoadBench.RunAsync(
                    session, "Txn", new LoadOperation(EtcdMethods.Txn.Path, Message), parsed.GetValue(total),
                    LoadOptions.PacerOf(parsed.GetValue(rate)), LoadBench.ProgressOf(runner.Console), stop),
            ];
        });
        return command;
    }
}
