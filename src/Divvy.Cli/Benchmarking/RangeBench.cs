using System.CommandLine;
using Divvy.Cli.Benchmarking.Loads;
using Divvy.Cli.Benchmarking.Reports;
using Divvy.Cli.Parsing;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Cli.Benchmarking;

/// <summary><c>divvy bench range</c>.</summary>
internal static class RangeBench
{
    private const string Serializable = "s";

    public static Command Create(BenchRunner runner)
    {
        var key = new Argument<string>("KEY") { Description = "The key, or where the range begins." };
        var end = new Argument<string?>("END")
        {
            Description = "Where the range ends, itself not included; without it one key is read.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var rate = LoadOptions.Rate();
        var total = LoadOptions.Total();
        var consistency = new Option<string>("--consistency")
        {
            Description = "l: linearizable. s: serializable, what the asked member has.",
            HelpName = "l|s",
            DefaultValueFactory = _ => "l",
        }.AcceptOnlyFromAmong("l", Serializable);
        var limit = TypedOption.Number("--limit", 0, 0, int.MaxValue, "Keys at most in an answer; 0: all.");
        var countOnly = new Option<bool>("--count-only") { Description = "Ask for the number of keys only." };
        var keysOnly = new Option<bool>("--keys-only") { Description = "Ask for the keys without values." };
        var command = new Command("range", "Read a key or a range of keys.")
        {
            key, end, rate, total, consistency, limit, countOnly, keysOnly,
        };
        runner.Attach(command, parsed =>
        {
            var request = new RangeRequest
            {
                Key = ByteString.CopyFromUtf8(parsed.GetRequiredValue(key)),
                RangeEnd = ByteString.CopyFromUtf8(parsed.GetValue(end) ?? ""),
                Serializable = parsed.GetValue(consistency) == Serializable,
                Limit = parsed.GetValue(limit),
                CountOnly = parsed.GetValue(countOnly),
                KeysOnly = parsed.GetValue(keysOnly),
            }.ToByteArray();
            var operation = new LoadOperation(EtcdMethods.Range.Path, _ => new FixedMessage(request));
            return async (session, stop) => (IReadOnlyList<BenchResult>)
            [
                await LoadBench.RunAsync(
                    session, "Range", operation, parsed.GetValue(total), LoadOptions.PacerOf(parsed.GetValue(rate)),
                    LoadBench.ProgressOf(runner.Console), stop),
            ];
        });
        return command;
    }
}
