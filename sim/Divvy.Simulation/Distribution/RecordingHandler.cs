using System.Globalization;
using System.Text;
using Divvy.Client.Hosting;
using Divvy.Core.Identity;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>The application's side of shards: takes its time, fails now and then, hands over which generation it was,
/// and tells the book when it begins to own.</summary>
internal sealed class RecordingHandler(
    InstanceNode instance, OwnershipBook book, DistributionSettings settings, RunReport report) : IShardHandler
{
    private readonly SimRandom random =
        instance.Process.World.Fork($"handler {instance.Name} {instance.Process.Incarnation}");

    /// <summary>What was added, under which generation, and not dropped since.</summary>
    private readonly SortedDictionary<ShardId, Generation> added = [];

    public async ValueTask PrepareAddAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        if (added.TryGetValue(shard.Shard, out var held))
            Wrong($"is told to prepare {shard.Shard}, which it holds at {held}");
        await TakeTimeAsync(cancellationToken).ConfigureAwait(false);
        if (random.Chance(settings.FailingLoads))
            throw new InvalidDataException($"{shard.Shard} cannot be loaded");
    }

    public async ValueTask AddAsync(ShardContext shard, HandOver? state, CancellationToken cancellationToken)
    {
        book.MayBegin(instance, shard.Shard, shard.Generation);
        if (added.TryGetValue(shard.Shard, out var held) && held != shard.Generation)
            Wrong($"is told to add {shard.Shard} at {shard.Generation} while it holds what it had at {held}");
        if (state is not null && GenerationOf(state) is var former && former.Next != shard.Generation)
        {
            report.Violated(
                "hand-over",
                $"{instance.Name} got {shard.Shard} at generation {shard.Generation} with the state of {former}");
        }

        report.Count(state is null ? "adds from nothing" : "adds with a state");
        await TakeTimeAsync(cancellationToken).ConfigureAwait(false);
        added[shard.Shard] = shard.Generation;
    }

    public async ValueTask<HandOver?> PrepareDropAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        await TakeTimeAsync(cancellationToken).ConfigureAwait(false);
        var text = shard.Generation.Value.ToString(CultureInfo.InvariantCulture);
        return new HandOver(Encoding.ASCII.GetBytes(text));
    }

    public async ValueTask DropAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        added.Remove(shard.Shard);
        await TakeTimeAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Wrong(string what) => report.Violated("handlers", $"{instance.Name} {what}");

    private static Generation GenerationOf(HandOver state) =>
        new(long.Parse(state.State.Span, NumberStyles.None, CultureInfo.InvariantCulture));

    private async ValueTask TakeTimeAsync(CancellationToken cancellationToken)
    {
        if (settings.Loading > TimeSpan.Zero)
        {
            await Task.Delay(
                random.Between(TimeSpan.Zero, settings.Loading), instance.Process.Clock, cancellationToken)
                .ConfigureAwait(false);
        }
    }
}
