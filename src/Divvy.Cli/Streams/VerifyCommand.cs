using System.CommandLine;
using Divvy.Cli.Output;

namespace Divvy.Cli.Streams;

/// <summary><c>divvy stream verify</c>.</summary>
internal static class VerifyCommand
{
    public static Command Create(StreamVerb verb) => verb.Create(
        "verify",
        "Count the shards of a stream; exit code 1 if the open ones do not hold each hash key once.",
        [],
        async (call, cancel) =>
        {
            var counts = ShardCounts.Of(call.Stream, await call.Client.ListShardsAsync(call.Stream, cancel));
            call.Say(
                counts,
                $"Stream {counts.Stream}",
                $"Total shards:  {counts.Total}",
                $"Open shards:   {counts.Open}",
                $"Closed shards: {counts.Closed}",
                counts.CoversAllKeys
                    ? "The open shards hold each hash key once"
                    : "THE OPEN SHARDS DO NOT HOLD EACH HASH KEY ONCE");
            return counts.CoversAllKeys ? ExitCode.Ok : ExitCode.Failed;
        });
}
