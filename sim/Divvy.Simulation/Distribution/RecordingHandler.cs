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

    private readonly HandlerBook calls = new(instance.Name, report);

    public async ValueTask PrepareAddAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        calls.Prepares(shard.Shard);
        await TakeTimeAsync(cancellationToken).ConfigureAwait(false);
        if (random.Chance(settings.FailingLoads))
            throw new InvalidDataException($"{shard.Shard} cannot be loaded");
    }

    public async ValueTask AddAsync(ShardContext shard, HandOver? state, CancellationToken cancellationToken)
    {
        book.MayBegin(instance, shard.Shard, shard.Generation);
        calls.Adds(shard.Shard, shard.Generation, state is null ? null : GenerationOf(state));
        await TakeTimeAsync(cancellationToken).ConfigureAwait(false);
        calls.Added(shard.Shard, shard.Generation);
    }

    public async ValueTask<HandOver?> PrepareDropAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        await TakeTimeAsync(cancellationToken).ConfigureAwait(false);
        var text = shard.Generation.Value.ToString(CultureInfo.InvariantCulture);
        return new HandOver(Encoding.ASCII.GetBytes(text));
    }

    public async ValueTask DropAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        calls.Drops(shard.Shard);
        await TakeTimeAsync(cancellationToken).ConfigureAwait(false);
    }

    private static Generation GenerationOf(HandOver state) =>
        new(long.Parse(state.State.Span, NumberStyles.None, CultureInfo.InvariantCulture));

    private async ValueTask TakeTimeAsync(CancellationToken cancellationToken)
    {
        var most = book.IsStormy && random.Chance(settings.Dawdling) ? DistributionSettings.Dawdle : settings.Loading;
        if (most > TimeSpan.Zero)
        {
            await Task.Delay(random.Between(TimeSpan.Zero, most), instance.Process.Clock, cancellationToken)
                .ConfigureAwait(false);
        }
    }
}
