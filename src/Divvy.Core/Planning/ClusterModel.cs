using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>The planner's input as dense arrays: instances and shards are numbered in the order of their ids, so that
/// plans do not depend on the order of the input, and everything after this works on integers.</summary>
internal sealed class ClusterModel
{
    /// <summary>No instance.</summary>
    public const int Nobody = -1;

    private readonly Dictionary<SessionRef, int> bySession;
    private readonly Dictionary<InstanceId, int> byId;
    private readonly int[]?[] penalised;

    public ClusterModel(PlanningInput input)
    {
        Policy = input.Policy;
        Instances = InOrder(input.Instances.AsSpan(), static instance => instance.Session.Instance);
        Shards = InOrder(input.Shards.AsSpan(), static shard => shard.Shard);
        bySession = new(Instances.Length, SessionComparer.Instance);
        byId = new(Instances.Length);
        Weight = new double[Instances.Length];
        Accepts = new bool[Instances.Length];
        for (var i = 0; i < Instances.Length; i++)
        {
            bySession.Add(Instances[i].Session, i);
            byId.Add(Instances[i].Session.Instance, i);
            Weight[i] = Instances[i].Weight;
            Accepts[i] = Instances[i].Accepts;
            AnyAccepts |= Accepts[i];
        }
        Owner = new int[Shards.Length];
        Next = new int[Shards.Length];
        Pin = new int[Shards.Length];
        Situation = new ShardSituation[Shards.Length];
        penalised = new int[]?[Shards.Length];
        for (var s = 0; s < Shards.Length; s++) Read(s, Shards[s]);
    }

    public PlannerPolicy Policy { get; }

    public PlanningInstance[] Instances { get; }

    public PlanningShard[] Shards { get; }

    /// <summary>By instance: its capacity as it counts.</summary>
    public double[] Weight { get; }

    /// <summary>By instance: whether it takes shards.</summary>
    public bool[] Accepts { get; }

    public bool AnyAccepts { get; }

    /// <summary>By shard: the live owner, or <see cref="Nobody"/>.</summary>
    public int[] Owner { get; }

    /// <summary>By shard: the live next owner, or <see cref="Nobody"/>.</summary>
    public int[] Next { get; }

    /// <summary>By shard: where a binding pin wants it, or <see cref="Nobody"/>.</summary>
    public int[] Pin { get; }

    public ShardSituation[] Situation { get; }

    /// <summary>The instance with this session; <see cref="Nobody"/> if it is gone.</summary>
    public int IndexOf(SessionRef session) => bySession.TryGetValue(session, out var index) ? index : Nobody;

    /// <summary>The instances to avoid for a shard.</summary>
    public ReadOnlySpan<int> Penalised(int shard) => penalised[shard];

    public bool IsPenalised(int shard, int instance) => Penalised(shard).Contains(instance);

    public string NameOf(int instance) => Instances[instance].Session.Instance.Value;

    private void Read(int s, PlanningShard shard)
    {
        Owner[s] = shard.Owner is { } owner ? IndexOf(owner) : Nobody;
        Next[s] = shard.Next is { } next ? IndexOf(next) : Nobody;
        penalised[s] = shard.Penalised.IsDefaultOrEmpty ? null : Known(shard.Penalised.AsSpan());
        Pin[s] = BindingPin(s, shard);
        Situation[s] = shard.Phase switch
        {
            ShardPhase.Closing => ShardSituation.Closing,
            _ when Owner[s] == Nobody => ShardSituation.Unowned,
            ShardPhase.Stable => ShardSituation.Settled,
            _ when IsStranded(s, shard.Phase) => ShardSituation.Stranded,
            _ => ShardSituation.InMotion,
        };
    }

    private int BindingPin(int s, PlanningShard shard)
    {
        if (shard.Pin is not { } id || !byId.TryGetValue(id, out var pin)) return Nobody;
        if (Owner[s] == pin) return Instances[pin].Status == InstanceStatus.Draining ? Nobody : pin;
        return Accepts[pin] ? pin : Nobody;
    }

    /// <summary>A yielding owner is past the point where giving up is cheap: only a next owner that is gone ends
    /// that.</summary>
    private bool IsStranded(int s, ShardPhase phase)
    {
        var next = Next[s];
        if (next == Nobody) return true;
        if (phase != ShardPhase.Preparing) return false;
        return Instances[next].Status == InstanceStatus.Draining || (Pin[s] != Nobody && Pin[s] != next);
    }

    private int[] Known(ReadOnlySpan<InstanceId> ids)
    {
        var known = new List<int>(ids.Length);
        foreach (var id in ids)
        {
            if (byId.TryGetValue(id, out var index)) known.Add(index);
        }
        return [.. known];
    }

    /// <summary>A copy in the order of the ids; what comes sorted, as from the store, costs one pass.</summary>
    private static T[] InOrder<T, TKey>(ReadOnlySpan<T> items, Func<T, TKey> key)
        where TKey : IComparable<TKey>
    {
        var sorted = items.ToArray();
        for (var i = 1; i < sorted.Length; i++)
        {
            if (key(sorted[i - 1]).CompareTo(key(sorted[i])) < 0) continue;
            Array.Sort(sorted, (left, right) => key(left).CompareTo(key(right)));
            break;
        }
        for (var i = 1; i < sorted.Length; i++)
        {
            if (key(sorted[i - 1]).CompareTo(key(sorted[i])) != 0) continue;
            throw new ArgumentException($"{typeof(T).Name} '{key(sorted[i])}' is there twice: ids are unique.");
        }
        return sorted;
    }
}
