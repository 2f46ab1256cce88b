using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Histories.Ownership;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>
/// Who believes to own what, at each instant of true time, and whether it may.
/// <para>An instance believes from the word of its host that a shard is active until the word that it is not, or until
/// its process ends, or until its session's deadline by its own clock. The last one needs no word: a paused process
/// says nothing, and yet refuses everything when it goes on. So what another instance believes is asked at the instant
/// that it matters.</para>
/// <para>What was seen is kept as intervals besides, for a second judge at the end, who knows nothing of all this.</para>
/// </summary>
internal sealed class OwnershipBook(SimWorld world, Weather weather, DistributionSettings settings, RunReport report)
{
    /// <summary>What a controller, a server's lease and the store's polling may add before somebody takes over.</summary>
    private static readonly TimeSpan decision = TimeSpan.FromSeconds(10);

    /// <summary>Handlers that a host runs at once, by default.</summary>
    private const int Handlers = 16;

    private readonly SortedDictionary<ShardId, Ownership> shards = [];
    private readonly OwnershipRecorder recorder = new();

    /// <summary>The instance that believes to own a shard now; null: none does.</summary>
    public (IShardOwner Instance, SessionRef Session, Generation Generation)? OwnerOf(ShardId shard) =>
        shards.TryGetValue(shard, out var ownership)
            && ownership.Holders.Find(holder => Believes(holder)) is { } owner
            ? (owner.Instance, owner.Session, owner.Generation)
            : null;

    /// <summary>Names the present calm, in which nothing is broken and everything works; null: there is none.</summary>
    public int? Calm => weather.Calm;

    /// <summary>Faults may strike now.</summary>
    public bool IsStormy => weather.IsStormy;

    /// <summary>Has all that was seen judged once more.</summary>
    public void Close()
    {
        var checker = new OwnershipChecker();
        foreach (var interval in recorder.At(world.Now))
            checker.Observe(interval);
        foreach (var violation in checker.Verdict(TimeSpan.MaxValue, world.Now))
            report.Violated(violation.Checker, violation.Message);
    }

    /// <summary>The application is told that it owns a shard from now on.</summary>
    public void MayBegin(IShardOwner instance, ShardId shard, Generation generation)
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
    public void Begins(IShardOwner instance, SessionRef session, ShardId shard, Generation generation)
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
        CheckGap(ownership, shard);
        foreach (var former in ownership.Holders.Where(holder => !Believes(holder)))
            recorder.ObserveInactive(former.Instance.Life, shard.Value, world.Now);
        ownership.Holders.RemoveAll(holder => holder.Instance == instance || !Believes(holder));
        ownership.Holders.Add(new Holder(instance, session, generation));
        recorder.ObserveActive(instance.Life, shard.Value, generation.Value, world.Now);
    }

    /// <summary>A host closes a shard.</summary>
    public void Ends(IShardOwner instance, ShardId shard, Generation generation, JournalEvent why)
    {
        world.Trace.Add(TraceKind.Ownership, instance.Name, $"{why} {shard} at generation {generation}");
        Remove(Of(shard), instance);
        recorder.ObserveInactive(instance.Life, shard.Value, world.Now);
    }

    /// <summary>A process has ended, and what it believed with it.</summary>
    public void Gone(IShardOwner instance)
    {
        recorder.ObserveDeath(instance.Life, world.Now);
        foreach (var ownership in shards.Values)
            Remove(ownership, instance);
    }

    /// <summary>The store gives a shard to another owner while its former one lives: that one has given its word
    /// (R7, R8), so it serves nothing of it any more.</summary>
    public void Passes(ShardId shard, SessionRef former, Generation generation)
    {
        if (OwnerOf(shard) is { } owner && owner.Session == former && owner.Generation == generation)
        {
            report.Violated(
                "takeovers", $"{shard} is taken from {former}, which still serves it at {generation}");
        }
    }

    /// <summary>A request was let in.</summary>
    public void Serves(IShardOwner instance, ShardId shard, Generation generation)
    {
        report.Count("requests let in");
        var ownership = Of(shard);
        if (!instance.HasSession)
            report.Violated("one owner", $"{instance.Name} lets a request into {shard} after its session's deadline");
        RequireAlone(ownership, instance, shard, generation);
        if (generation != ownership.Highest)
        {
            report.Violated(
                "one owner",
                $"{instance.Name} lets a request into {shard} at {generation}, and {ownership.Highest} is active");
        }
    }

    /// <summary>The answer to a request leaves the instance: it may only while the instance has owned the shard all
    /// the time, and does so by its own clock at this very instant.</summary>
    public void Answers(IShardOwner instance, ShardId shard, Generation generation)
    {
        var holds = Of(shard).Holders.Exists(holder =>
            holder.Instance == instance && holder.Generation == generation && Believes(holder));
        if (!holds)
        {
            report.Violated(
                "answers of owners",
                $"{instance.Name} lets an answer of {shard} at {generation} out and does not own it any more");
        }
    }

    private static bool Believes(Holder holder) =>
        holder.Instance.HasSession && holder.Instance.Session == holder.Session.Session;

    private void Remove(Ownership ownership, IShardOwner instance)
    {
        if (ownership.Holders.RemoveAll(holder => holder.Instance == instance) > 0 && ownership.Holders.Count == 0)
            ownership.Free = (world.Now, weather.Calm, weather.Steady);
    }

    /// <summary>Nobody owned the shard for a while: that may be so while it is handed over, and when its owner has died
    /// until its session is over, but no longer.</summary>
    private void CheckGap(Ownership ownership, ShardId shard)
    {
        if (ownership.Free is not var (since, calm, steady))
            return;
        ownership.Free = null;
        var loads = ((settings.Namespace.Shards / Handlers) + 1) * 2 * settings.Loading;
        if (settings.FailingLoads > 0)
            loads += decision;
        if (settings.Dawdling > 0)
            loads += 2 * DistributionSettings.Dawdle;
        var bound = calm is not null && calm == weather.Calm ? TimeSpan.FromSeconds(2) + loads
            : steady is not null && steady == weather.Steady ? (settings.SessionTtl * 1.1) + decision + loads
            : TimeSpan.MaxValue;
        var gap = world.Now - since;
        if (gap > bound)
        {
            report.Violated(
                "shards are owned",
                FormattableString.Invariant($"nobody owned {shard} for {gap.TotalSeconds:F3} s,")
                    + FormattableString.Invariant($" which is more than {bound.TotalSeconds:F3} s"));
        }
    }

    private Ownership Of(ShardId shard)
    {
        if (!shards.TryGetValue(shard, out var ownership))
            shards.Add(shard, ownership = new Ownership());
        return ownership;
    }

    private void RequireAlone(Ownership ownership, IShardOwner instance, ShardId shard, Generation generation)
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

        /// <summary>Since when nobody owns it, and what the weather was then.</summary>
        public (TimeSpan Since, int? Calm, int? Steady)? Free { get; set; }
    }

    private sealed record Holder(IShardOwner Instance, SessionRef Session, Generation Generation);
}
