using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;

namespace Divvy.Cli.Streams.Resharding;

/// <summary><c>divvy stream split</c>.</summary>
internal static class SplitCommand
{
    private const int MaxCount = 10_000;

    public static Command Create(StreamVerb verb)
    {
        var count = TypedOption.Number("--count", 10, 1, MaxCount, "How many shards to split.");
        return verb.Create(
            "split", "Split open shards in the middle, the widest first.", [count], async (call, cancel) =>
            {
                var shards = await call.Client.ListShardsAsync(call.Stream, cancel);
                var wanted = call.Parsed.GetValue(count);
                var chosen = SplitChoice.Choose(shards, wanted);
                if (chosen.Count < wanted)
                {
                    throw new CommandException(
                        ExitCode.Failed,
                        $"stream '{call.Stream}' has {chosen.Count} shards that can be split: ask for that many");
                }
                foreach (var shard in chosen)
                {
                    var middle = SplitChoice.Middle(shard.HashKeys);
                    await Reshard.ChangeAsync(
                        call,
                        shard.Id,
                        token => call.Client.SplitShardAsync(call.Stream, shard.Id, middle, token),
                        cancel);
                    call.Note($"Split {shard.Id} at {middle}");
                }
                await call.WaitUntilActiveAsync(cancel);
                call.Say(
                    new { call.Stream, Split = chosen.Select(shard => shard.Id) },
                    $"Completed {chosen.Count} shard splits");
                return ExitCode.Ok;
            });
    }
}
