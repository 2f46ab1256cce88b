namespace Divvy.Core.Planning;

/// <summary>Instances by load, lowest first, ties by number. Loads may change in place, and the lowest can be asked for
/// while some instances are left aside.</summary>
internal sealed class LoadHeap
{
    private readonly int[] heap;
    private readonly int[] position;
    private readonly double[] load;
    private int count;

    /// <summary>An empty heap for instances numbered below <paramref name="instances"/>.</summary>
    public LoadHeap(int instances)
    {
        heap = new int[instances];
        position = new int[instances];
        load = new double[instances];
        Array.Fill(position, -1);
    }

    /// <summary>Adds an instance or changes its load.</summary>
    public void Set(int instance, double load)
    {
        this.load[instance] = load;
        if (position[instance] < 0)
        {
            position[instance] = count;
            heap[count++] = instance;
        }
        Restore(position[instance]);
    }

    public void Remove(int instance)
    {
        var hole = position[instance];
        if (hole < 0) return;
        position[instance] = -1;
        var last = heap[--count];
        if (last == instance) return;
        heap[hole] = last;
        position[last] = hole;
        Restore(hole);
    }

    /// <summary>The instance of lowest load that is not in <paramref name="aside"/>; none:
    /// <see cref="ClusterModel.Nobody"/>.</summary>
    public int Lowest(ReadOnlySpan<int> aside) => LowestUnder(0, aside);

    /// <summary>Whether the left one comes before the right one in this heap's order.</summary>
    public bool Before(int left, int right) =>
        load[left] < load[right] || (load[left] == load[right] && left < right);

    private int LowestUnder(int node, ReadOnlySpan<int> aside)
    {
        if (node >= count) return ClusterModel.Nobody;
        if (!aside.Contains(heap[node])) return heap[node];
        var left = LowestUnder(2 * node + 1, aside);
        var right = LowestUnder(2 * node + 2, aside);
        if (left < 0 || right < 0) return Math.Max(left, right);
        return Before(left, right) ? left : right;
    }

    private void Restore(int node)
    {
        while (node > 0 && Before(heap[node], heap[(node - 1) / 2])) node = Swap(node, (node - 1) / 2);
        while (true)
        {
            var child = 2 * node + 1;
            if (child >= count) return;
            if (child + 1 < count && Before(heap[child + 1], heap[child])) child++;
            if (!Before(heap[child], heap[node])) return;
            node = Swap(node, child);
        }
    }

    private int Swap(int node, int with)
    {
        (heap[node], heap[with]) = (heap[with], heap[node]);
        position[heap[node]] = node;
        position[heap[with]] = with;
        return with;
    }
}
