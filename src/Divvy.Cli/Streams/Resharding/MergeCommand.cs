using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;

namespace Divvy.Cli.Streams.Resharding;

/// <summary><c>divvy stream merge</c>.</summary>
internal static class MergeCommand
{
    private const int MaxCount = 5_000;

    public static Command Create(StreamVerb verb)
    {
        var count = TypedOption.Number("--count", 1, 1, MaxCount, "How many pairs of shards to merge.");
        return verb.Create(
            "merge", "Merge pairs of adjacent open shards.", [count], async (call, cancel) =>
            {
                var shards = await call.Client.ListShardsAsync(call.Stream, cancel);
                var wanted = call.Parsed.GetValue(count);
                var pairs = MergeChoice.Choose(shards, wanted);
                if (pairs.Count < wanted)
                {
                    throw new CommandException(
                        ExitCode.Failed,
                        $"stream '{call.Stream}' has {pairs.Count} pairs of adjacent open shards: ask for that many");
                }
                foreach (var (left, right) in pairs)
                {
                    await Reshard.ChangeAsync(
                        call,
                        left.Id,
                        token => call.Client.MergeShardsAsync(call.Stream, left.Id, right.Id, token),
                        cancel);
                    call.Note($"Merged {left.Id} and {right.Id}");
                }
                await call.WaitUntilActiveAsync(cancel);
                call.Say(
                    new { call.Stream, Merged = pairs.Select(pair => new[] { pair.Left.Id, pair.Right.Id }) },
                    $"Completed {pairs.Count} shard merges");
                return ExitCode.Ok;
            });
    }
}
