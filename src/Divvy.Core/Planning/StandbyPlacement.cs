using System.Collections.Immutable;
using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>
/// Who is kept warm for each shard, given who owns it: never its owner or next owner, in another zone than the owner if
/// that can be, evenly by capacity. Standbys that still serve stay, because replacing one means loading the shard
/// elsewhere; only one far above its share gives some away, and only to one below its own, so that this comes to rest.
/// </summary>
internal sealed class StandbyPlacement
{
    // An instance may be standby of this much more than its share before it gives some away.
    private const double Tolerance = 1.25;

    private readonly ClusterModel model;
    private readonly PlanSchedule schedule;
    private readonly StandbyHeaps heaps;
    private readonly int wanted;
    private readonly int[] chosen;
    private readonly int[] counts;
    private readonly List<int> aside = [];

    public StandbyPlacement(ClusterModel model, PlanSchedule schedule)
    {
        (this.model, this.schedule) = (model, schedule);
        wanted = model.Policy.Standbys;
        chosen = new int[model.Shards.Length * PlannerPolicy.MaxStandbys];
        counts = new int[model.Shards.Length];
        heaps = new StandbyHeaps(model, wanted * model.Shards.Length);
        var (keeps, fills) = (new int[PlannerPolicy.MaxStandbys], wanted > 0 && model.AnyAccepts);
        for (var s = 0; s < model.Shards.Length; s++) Keep(s, keeps);
        if (!fills) return;
        for (var s = 0; s < model.Shards.Length; s++) Fill(s);
        if (IsUneven()) EvenOut();
    }

    /// <summary>By instance: shards it is a standby of.</summary>
    public int[] Totals => heaps.Counts;

    /// <summary>The standbys of a shard; the array it has already when nothing changes.</summary>
    public ImmutableArray<SessionRef> Of(int s)
    {
        var before = model.Shards[s].Standbys;
        if (before.IsDefault) before = [];
        if (!MayChange(s)) return before;
        var chosen = Chosen(s);
        var same = before.Length == chosen.Length;
        for (var i = 0; same && i < chosen.Length; i++) same = before[i] == model.Instances[chosen[i]].Session;
        if (same) return before;
        var after = ImmutableArray.CreateBuilder<SessionRef>(chosen.Length);
        foreach (var instance in chosen) after.Add(model.Instances[instance].Session);
        return after.MoveToImmutable();
    }

    /// <summary>A record on the move is not rewritten: that would ask its instances for new acknowledgements
    /// (R7).</summary>
    public bool MayChange(int s) =>
        model.Situation[s] is ShardSituation.Settled or ShardSituation.Unowned && schedule.OwnerAfter[s] >= 0;

    private ReadOnlySpan<int> Chosen(int s) => chosen.AsSpan(s * PlannerPolicy.MaxStandbys, counts[s]);

    private void Keep(int s, int[] kept)
    {
        var standbys = model.Shards[s].Standbys;
        if (standbys.IsDefaultOrEmpty) return;
        var (count, mayChange) = (0, MayChange(s));
        foreach (var session in standbys)
        {
            var instance = model.IndexOf(session);
            if (instance < 0) continue;
            if (!mayChange)
            {
                heaps.Add(instance, 1);
                continue;
            }
            if (count >= wanted || !Serves(s, instance) || kept.AsSpan(0, count).Contains(instance)) continue;
            kept[count++] = instance;
        }
        if (!mayChange) return;
        for (var k = 0; k < count; k++) Append(s, kept[k]);
    }

    private bool Serves(int s, int instance) =>
        instance != schedule.OwnerAfter[s]
        && instance != schedule.NextAfter[s]
        && model.Instances[instance].Status != InstanceStatus.Draining;

    private void Fill(int s)
    {
        if (!MayChange(s)) return;
        while (counts[s] < wanted)
        {
            var chosen = heaps.Choose(schedule.OwnerAfter[s], Aside(s));
            if (chosen < 0) return;
            Append(s, chosen);
        }
    }

    private bool IsUneven()
    {
        var (above, below) = (false, false);
        for (var i = 0; i < model.Instances.Length; i++)
        {
            if (!model.Accepts[i]) continue;
            above |= IsFarAbove(i);
            below |= IsBelow(i);
        }
        return above && below;
    }

    private bool IsFarAbove(int instance) =>
        model.Accepts[instance]
        && heaps.Counts[instance] > Math.Ceiling(Tolerance * heaps.Shares[instance]) + 1;

    private bool IsBelow(int instance) => heaps.Counts[instance] + 1 <= heaps.Shares[instance];

    private void EvenOut()
    {
        for (var s = 0; s < model.Shards.Length; s++)
        {
            for (var k = 0; k < counts[s]; k++)
            {
                ref var standby = ref chosen[s * PlannerPolicy.MaxStandbys + k];
                if (!IsFarAbove(standby)) continue;
                var owner = schedule.OwnerAfter[s];
                var other = heaps.Choose(owner, Aside(s));
                if (other < 0 || !IsBelow(other) || heaps.LosesZone(owner, standby, other)) continue;
                heaps.Add(standby, -1);
                heaps.Add(other, 1);
                standby = other;
            }
        }
    }

    private ReadOnlySpan<int> Aside(int s)
    {
        aside.Clear();
        aside.Add(schedule.OwnerAfter[s]);
        aside.Add(schedule.NextAfter[s]);
        foreach (var instance in Chosen(s)) aside.Add(instance);
        foreach (var instance in model.Penalised(s)) aside.Add(instance);
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(aside);
    }

    private void Append(int s, int instance)
    {
        chosen[s * PlannerPolicy.MaxStandbys + counts[s]++] = instance;
        heaps.Add(instance, 1);
    }
}
