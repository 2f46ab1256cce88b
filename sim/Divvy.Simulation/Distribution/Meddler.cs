using Divvy.Core.Identity;
using Divvy.Simulation.Faults;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>An operator who does not let handoffs end: has moves given up, and sends shards back or further on as
/// soon as they have come. All of it is planned, and may fail no request.</summary>
internal sealed class Meddler
{
    private readonly SimWorld world;
    private readonly DistributionCluster cluster;
    private readonly Operators operators;
    private readonly SimRandom random;
    private Task busy = Task.CompletedTask;
    private bool isAtWork;

    public Meddler(SimWorld world, DistributionCluster cluster, Operators operators)
    {
        (this.world, this.cluster, this.operators) = (world, cluster, operators);
        random = world.Fork("meddler");
        cluster.Sightings.Seen += OnSeen;
    }

    public void Begin() => isAtWork = true;

    /// <summary>Ends what it is doing, and begins nothing more.</summary>
    public Task EndAsync()
    {
        isAtWork = false;
        return busy;
    }

    private void OnSeen(Sighting sighting)
    {
        if (isAtWork && busy.IsCompleted && sighting.Moment != Moment.Leaving
            && random.Chance(cluster.Settings.Meddling))
            busy = MeddleAsync(sighting);
    }

    private async Task MeddleAsync(Sighting sighting)
    {
        await PauseAsync().ConfigureAwait(false);
        var shard = sighting.Shard.Value;
        if (sighting.Moment is not (Moment.Preparing or Moment.Yielding))
        {
            var target = Prepared(sighting.Shard) ?? Choose(sighting.Owner, sighting.Next);
            await operators.MoveAsync(shard, target).ConfigureAwait(false);
            return;
        }

        await operators.PinAsync(shard, Choose(sighting.Owner, sighting.Owner)).ConfigureAwait(false);
        await PauseAsync().ConfigureAwait(false);
        await operators.UnpinAsync(shard).ConfigureAwait(false);
        if (random.Chance(0.5))
            await operators.MoveAsync(shard, Choose(sighting.Next, null)).ConfigureAwait(false);
    }

    /// <summary>Often one that is prepared: it gets the shard at once, perhaps before its owner has taken it up.
    /// </summary>
    private string? Prepared(ShardId shard) =>
        cluster.Records.Shards.TryGetValue(shard, out var version) && version.Record.Standbys is { Length: > 0 } warm
            && random.Chance(0.5)
            ? random.Pick(warm).Instance.Value
            : null;

    /// <summary>One of two, or anybody.</summary>
    private string Choose(SessionRef? one, SessionRef? other)
    {
        var chosen = random.Chance(0.5) ? one : other;
        var living = cluster.Records.Instances.DefaultIfEmpty(new InstanceId("nobody")).ToList();
        return (chosen?.Instance ?? random.Pick(living)).Value;
    }

    private Task PauseAsync() => world.Delay(random.Exponential(TimeSpan.FromMilliseconds(random.Pick([1, 20, 300]))));
}
