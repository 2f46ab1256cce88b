using Divvy.Core.Identity;
using Divvy.Simulation.Runs;

namespace Divvy.Simulation.Distribution;

/// <summary>Whether an instance's handler is called as it was promised: what it holds of a shard belongs to one
/// generation, so it is told to drop that before it gets the shard under another one; and it is prepared only for what
/// it does not hold. A state that was handed over is the one of the generation before.</summary>
internal sealed class HandlerBook(string instance, RunReport report)
{
    /// <summary>What was added, under which generation, and not dropped since.</summary>
    private readonly SortedDictionary<ShardId, Generation> added = [];

    public void Prepares(ShardId shard)
    {
        if (added.TryGetValue(shard, out var held))
            report.Violated("handlers", $"{instance} is told to prepare {shard}, which it holds at {held}");
    }

    /// <summary>It is told to add a shard.</summary>
    /// <param name="shard">Which one.</param>
    /// <param name="generation">Under which generation.</param>
    /// <param name="state">Of which generation the state is that it gets with it; null: it gets none.</param>
    public void Adds(ShardId shard, Generation generation, Generation? state)
    {
        if (added.TryGetValue(shard, out var held) && held != generation)
        {
            report.Violated(
                "handlers",
                $"{instance} is told to add {shard} at {generation} while it holds what it had at {held}");
        }

        if (state is { } former && former.Next != generation)
        {
            report.Violated(
                "hand-over", $"{instance} got {shard} at generation {generation} with the state of {former}");
        }

        report.Count(state is null ? "adds from nothing" : "adds with a state");
    }

    public void Added(ShardId shard, Generation generation) => added[shard] = generation;

    public void Drops(ShardId shard) => added.Remove(shard);
}
