using System.Globalization;
using System.Text;
using Divvy.Core.Keys;

namespace Divvy.Core.Planning;

/// <summary>
/// Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam): instances stand on a ring as virtual
/// nodes, as many as their capacity asks for; a shard goes to the first instance clockwise of its hash that is below
/// ceil((1 + epsilon) * its share). Shards are placed in the order of their ids, after those that cannot move, so the
/// outcome depends only on who is there and a change of membership moves few of them.
/// </summary>
internal static class BoundedRingPlacement
{
    private const int MaxNumberBytes = 11;

    public static void Place(ClusterModel model, PlacementDraft draft)
    {
        if (!model.AnyAccepts) return;
        var (points, instances) = Ring(model);
        var open = (bool[])draft.IsFree.Clone();
        foreach (var s in draft.Homeless) open[s] = true;
        var loads = (int[])draft.Fixed.Clone();
        var bounds = Bounds(model, draft);
        for (var s = 0; s < open.Length; s++)
        {
            if (!open[s]) continue;
            var to = Walk(model, points, instances, loads, bounds, s);
            // One that only penalised instances have room for stays where it is, if it may.
            if (to < 0) to = draft.IsFree[s] ? draft.Destination[s] : FallbackPlacement.Choose(model, loads, s);
            loads[to]++;
            if (to != draft.Destination[s]) draft.Send(s, to);
        }
    }

    private static int[] Bounds(ClusterModel model, PlacementDraft draft)
    {
        var (total, weight) = ((double)draft.Homeless.Count, 0.0);
        for (var i = 0; i < model.Instances.Length; i++)
        {
            if (!model.Accepts[i]) continue;
            total += draft.Held[i];
            weight += model.Weight[i];
        }
        var bounds = new int[model.Instances.Length];
        for (var i = 0; i < bounds.Length; i++)
        {
            var share = model.Accepts[i] ? total * (model.Weight[i] / weight) : 0;
            bounds[i] = (int)Math.Ceiling(share * (1 + model.Policy.LoadBoundEpsilon));
        }
        return bounds;
    }

    private static (ulong[] Points, int[] Instances) Ring(ClusterModel model)
    {
        var (weight, count) = (0.0, 0);
        for (var i = 0; i < model.Instances.Length; i++)
        {
            if (!model.Accepts[i]) continue;
            weight += model.Weight[i];
            count++;
        }
        var (points, owners) = (new List<ulong>(), new List<int>());
        for (var i = 0; i < model.Instances.Length; i++)
        {
            if (!model.Accepts[i]) continue;
            var share = model.Weight[i] * count / weight;
            var nodes = Math.Max(1, (int)Math.Round(share * model.Policy.VirtualNodes));
            AddNodes(model.NameOf(i), i, nodes, points, owners);
        }
        var (sortedPoints, sortedOwners) = (points.ToArray(), owners.ToArray());
        Array.Sort(sortedPoints, sortedOwners);
        return (sortedPoints, sortedOwners);
    }

    /// <summary>A virtual node stands at the hash of the instance's id, '#' and its number.</summary>
    private static void AddNodes(string name, int instance, int nodes, List<ulong> points, List<int> owners)
    {
        var buffer = new byte[Encoding.UTF8.GetByteCount(name) + 1 + MaxNumberBytes];
        var prefix = Encoding.UTF8.GetBytes(name, buffer);
        buffer[prefix++] = (byte)'#';
        for (var node = 0; node < nodes; node++)
        {
            node.TryFormat(buffer.AsSpan(prefix), out var digits, default, CultureInfo.InvariantCulture);
            points.Add(KeyHash.Of(buffer.AsSpan(0, prefix + digits)));
            owners.Add(instance);
        }
    }

    private static int Walk(
        ClusterModel model, ulong[] points, int[] instances, int[] loads, int[] bounds, int s)
    {
        var start = Array.BinarySearch(points, KeyHash.Of(model.Shards[s].Shard.Value));
        if (start < 0) start = ~start;
        var penalised = model.Penalised(s);
        for (var step = 0; step < points.Length; step++)
        {
            var instance = instances[(start + step) % points.Length];
            if (loads[instance] >= bounds[instance]) continue;
            // A penalty is for failing to prepare; it does not chase away an owner.
            if (penalised.IsEmpty || instance == model.Owner[s] || !penalised.Contains(instance)) return instance;
        }
        return ClusterModel.Nobody;
    }
}
