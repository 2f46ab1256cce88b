using System.CommandLine;
using Divvy.Cli.Benchmarking.Channels;
using Divvy.Cli.Benchmarking.Loads;
using Divvy.Cli.Benchmarking.Reports;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Cli.Benchmarking;

/// <summary><c>divvy bench put</c>.</summary>
internal static class PutBench
{
    /// <summary>The key that is read for the current revision, as etcd's tool does.</summary>
    private const string RevisionKey = "foo";

    public static Command Create(BenchRunner runner)
    {
        var keySize = LoadOptions.KeySize(8);
        var valueSize = LoadOptions.ValueSize(8);
        var rate = LoadOptions.Rate();
        var total = LoadOptions.Total();
        var keySpace = LoadOptions.KeySpaceSize();
        var sequential = LoadOptions.SequentialKeys();
        var compactEvery = TypedOption.Duration(
            "--compact-interval", default, "Compact this often; without it, never.");
        var delta = TypedOption.Number(
            "--compact-index-delta", 1000, 0, int.MaxValue, "Revisions to keep when compacting.");
        var check = new Option<bool>("--check-hashkv")
        {
            Description = "Compare the hashes of all endpoints after the load; exit code 1 if they differ.",
        };
        var command = new Command("put", "Put keys.")
        {
            keySize, valueSize, rate, total, keySpace, sequential, compactEvery, delta, check,
        };
        runner.Attach(command, parsed =>
        {
            var keys = LoadOptions.Checked(() => new KeySpace(
                parsed.GetValue(keySize), parsed.GetValue(keySpace), parsed.GetValue(sequential)));
            var value = LoadOptions.RandomValue(parsed.GetValue(valueSize));
            var operation = new LoadOperation(EtcdMethods.Put.Path, _ => new PutMessage(keys, value));
            return async (session, stop) =>
            {
                using var compacting = CancellationTokenSource.CreateLinkedTokenSource(stop);
                var compactor = CompactAsync(
                    session.Any, parsed.GetValue(compactEvery).Value, parsed.GetValue(delta), runner.Console,
                    compacting.Token);
                var result = await LoadBench.RunAsync(
                    session, "Put", operation, parsed.GetValue(total), LoadOptions.PacerOf(parsed.GetValue(rate)),
                    LoadBench.ProgressOf(runner.Console), stop);
                await compacting.CancelAsync();
                await compactor;
                if (parsed.GetValue(check))
                    await HashCheck.RunAsync(session, runner.Console, stop);
                return (IReadOnlyList<BenchResult>)[result];
            };
        });
        return command;
    }

    private static async Task CompactAsync(
        CallChannel channel, TimeSpan interval, int delta, CommandConsole console, CancellationToken stop)
    {
        if (interval == TimeSpan.Zero)
            return;
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var range = new RangeRequest { Key = ByteString.CopyFromUtf8(RevisionKey) };
                var answer = await UnaryCall.MakeAsync(channel, EtcdMethods.Range, range, stop);
                var request = new CompactionRequest { Revision = answer.Header.Revision - delta };
                if (request.Revision > 0)
                    await UnaryCall.MakeAsync(channel, EtcdMethods.Compact, request, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The load is over.
        }
        catch (RpcException failure)
        {
            await console.Error.WriteLineAsync($"divvy: compacting ended: {failure.Detail}");
        }
    }
}
