using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>
/// Who believes to own what, at each instant of true time, and whether it may.
/// <para>An instance believes from the word of its host that a shard is active until the word that it is not, or until
/// its process ends, or until its session's deadline by its own clock. The last one needs no word: a paused process
/// says nothing, and yet refuses everything when it goes on. So what another instance believes is asked at the instant
/// that it matters.</para>
/// </summary>
internal sealed class OwnershipBook(SimWorld world, RunReport report)
{
    private readonly SortedDictionary<ShardId, Ownership> shards = [];

    /// <summary>The instance that believes to own a shard now; null: none does.</summary>
    public (InstanceNode Instance, SessionRef Session, Generation Generation)? OwnerOf(ShardId shard) =>
        shards.TryGetValue(shard, out var ownership)
            && ownership.Holders.Find(holder => Believes(holder)) is { } owner
            ? (owner.Instance, owner.Session, owner.Generation)
            : null;

    /// <summary>The application is told that it owns a shard from now on.</summary>
    public void MayBegin(InstanceNode instance, ShardId shard, Generation generation)
    {
        var ownership = Of(shard);
        RequireAlone(ownership, instance, shard, generation);
        if (generation < ownership.Highest)
        {
            report.Violated(
                "generations only grow",
                $"{instance.Name} is given {shard} at {generation}, and {ownership.Highest} was active before");
        }
    }

    /// <summary>A host opens a shard.</summary>
    public void Begins(InstanceNode instance, SessionRef session, ShardId shard, Generation generation)
    {
        var ownership = Of(shard);
        world.Trace.Add(TraceKind.Ownership, instance.Name, $"serves {shard} at generation {generation}");
        report.Count("activations");
        MayBegin(instance, shard, generation);
        if (generation == ownership.Highest && ownership.By is { } by && by != session)
        {
            report.Violated(
                "generations only grow",
                $"{instance.Name} serves {shard} at {generation}, which was {by}'s");
        }

        if (generation >= ownership.Highest)
            (ownership.Highest, ownership.By) = (generation, session);
        ownership.Holders.RemoveAll(holder => holder.Instance == instance || !Believes(holder));
        ownership.Holders.Add(new Holder(instance, session, generation));
    }

    /// <summary>A host closes a shard.</summary>
    public void Ends(InstanceNode instance, ShardId shard, Generation generation, JournalEvent why)
    {
        world.Trace.Add(TraceKind.Ownership, instance.Name, $"{why} {shard} at generation {generation}");
        Of(shard).Holders.RemoveAll(holder => holder.Instance == instance);
    }

    /// <summary>A process has ended, and what it believed with it.</summary>
    public void Gone(InstanceNode instance)
    {
        foreach (var ownership in shards.Values)
            ownership.Holders.RemoveAll(holder => holder.Instance == instance);
    }

    /// <summary>A request was let in.</summary>
    public void Serves(InstanceNode instance, ShardId shard, Generation generation)
    {
        report.Count("requests let in");
        var ownership = Of(shard);
        RequireAlone(ownership, instance, shard, generation);
        if (generation != ownership.Highest)
        {
            report.Violated(
                "one owner",
                $"{instance.Name} lets a request into {shard} at {generation}, and {ownership.Highest} is active");
        }
    }

    private static bool Believes(Holder holder) =>
        holder.Instance.HasSession && holder.Instance.Session == holder.Session.Session;

    private Ownership Of(ShardId shard)
    {
        if (!shards.TryGetValue(shard, out var ownership))
            shards.Add(shard, ownership = new Ownership());
        return ownership;
    }

    private void RequireAlone(Ownership ownership, InstanceNode instance, ShardId shard, Generation generation)
    {
        foreach (var holder in ownership.Holders)
        {
            if (holder.Instance == instance || !Believes(holder))
                continue;
            report.Violated(
                "one owner",
                $"{instance.Name} owns {shard} at {generation} while {holder.Session} owns it at {holder.Generation}");
        }
    }

    private sealed class Ownership
    {
        public List<Holder> Holders { get; } = [];

        public Generation Highest { get; set; }

        public SessionRef? By { get; set; }
    }

    private sealed record Holder(InstanceNode Instance, SessionRef Session, Generation Generation);
}
