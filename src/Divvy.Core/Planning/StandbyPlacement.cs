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

    private readonly ClusterModel _model;
    private readonly PlanSchedule _schedule;
    private readonly StandbyHeaps _heaps;
    private readonly int _wanted;
    private readonly int[] _chosen;
    private readonly int[] _counts;
    private readonly List<int> _aside = [];

    public StandbyPlacement(ClusterModel model, PlanSchedule schedule)
    {
        (_model, _schedule) = (model, schedule);
        _wanted = model.Policy.Standbys;
        _chosen = new int[model.Shards.Length * PlannerPolicy.MaxStandbys];
        _counts = new int[model.Shards.Length];
        _heaps = new StandbyHeaps(model, _wanted * model.Shards.Length);
        var (keeps, fills) = (new int[PlannerPolicy.MaxStandbys], _wanted > 0 && model.AnyAccepts);
        for (var s = 0; s < model.Shards.Length; s++) Keep(s, keeps);
        if (!fills) return;
        for (var s = 0; s < model.Shards.Length; s++) Fill(s);
        if (IsUneven()) EvenOut();
    }

    /// <summary>By instance: shards it is a standby of.</summary>
    public int[] Totals => _heaps.Counts;

    /// <summary>The standbys of a shard; the array it has already when nothing changes.</summary>
    public ImmutableArray<SessionRef> Of(int s)
    {
        var before = _model.Shards[s].Standbys;
        if (before.IsDefault) before = [];
        if (!MayChange(s)) return before;
        var chosen = Chosen(s);
        var same = before.Length == chosen.Length;
        for (var i = 0; same && i < chosen.Length; i++) same = before[i] == _model.Instances[chosen[i]].Session;
        if (same) return before;
        var after = ImmutableArray.CreateBuilder<SessionRef>(chosen.Length);
        foreach (var instance in chosen) after.Add(_model.Instances[instance].Session);
        return after.MoveToImmutable();
    }

    /// <summary>A record on the move is not rewritten: that would ask its instances for new acknowledgements
    /// (R7).</summary>
    public bool MayChange(int s) =>
        _model.Situation[s] is ShardSituation.Settled or ShardSituation.Unowned && _schedule.OwnerAfter[s] >= 0;

    private ReadOnlySpan<int> Chosen(int s) => _chosen.AsSpan(s * PlannerPolicy.MaxStandbys, _counts[s]);

    private void Keep(int s, int[] kept)
    {
        var standbys = _model.Shards[s].Standbys;
        if (standbys.IsDefaultOrEmpty) return;
        var (count, mayChange) = (0, MayChange(s));
        foreach (var session in standbys)
        {
            var instance = _model.IndexOf(session);
            if (instance < 0) continue;
            if (!mayChange)
            {
                _heaps.Add(instance, 1);
                continue;
            }
            if (count >= _wanted || !Serves(s, instance) || kept.AsSpan(0, count).Contains(instance)) continue;
            kept[count++] = instance;
        }
        if (!mayChange) return;
        for (var k = 0; k < count; k++) Append(s, kept[k]);
    }

    private bool Serves(int s, int instance) =>
        instance != _schedule.OwnerAfter[s]
        && instance != _schedule.NextAfter[s]
        && _model.Instances[instance].Status != InstanceStatus.Draining;

    private void Fill(int s)
    {
        if (!MayChange(s)) return;
        while (_counts[s] < _wanted)
        {
            var chosen = _heaps.Choose(_schedule.OwnerAfter[s], Aside(s));
            if (chosen < 0) return;
            Append(s, chosen);
        }
    }

    private bool IsUneven()
    {
        var (above, below) = (false, false);
        for (var i = 0; i < _model.Instances.Length; i++)
        {
            if (!_model.Accepts[i]) continue;
            above |= IsFarAbove(i);
            below |= IsBelow(i);
        }
        return above && below;
    }

    private bool IsFarAbove(int instance) =>
        _model.Accepts[instance]
        && _heaps.Counts[instance] > Math.Ceiling(Tolerance * _heaps.Shares[instance]) + 1;

    private bool IsBelow(int instance) => _heaps.Counts[instance] + 1 <= _heaps.Shares[instance];

    private void EvenOut()
    {
        for (var s = 0; s < _model.Shards.Length; s++)
        {
            for (var k = 0; k < _counts[s]; k++)
            {
                ref var standby = ref _chosen[s * PlannerPolicy.MaxStandbys + k];
                if (!IsFarAbove(standby)) continue;
                var owner = _schedule.OwnerAfter[s];
                var other = _heaps.Choose(owner, Aside(s));
                if (other < 0 || !IsBelow(other) || _heaps.LosesZone(owner, standby, other)) continue;
                _heaps.Add(standby, -1);
                _heaps.Add(other, 1);
                standby = other;
            }
        }
    }

    private ReadOnlySpan<int> Aside(int s)
    {
        _aside.Clear();
        _aside.Add(_schedule.OwnerAfter[s]);
        _aside.Add(_schedule.NextAfter[s]);
        foreach (var instance in Chosen(s)) _aside.Add(instance);
        foreach (var instance in _model.Penalised(s)) _aside.Add(instance);
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_aside);
    }

    private void Append(int s, int instance)
    {
        _chosen[s * PlannerPolicy.MaxStandbys + _counts[s]++] = instance;
        _heaps.Add(instance, 1);
    }
}
