namespace Divvy.Core.Planning;

/// <summary>Instances by load, lowest first, ties by number. Loads may change in place, and the lowest can be asked for
/// while some instances are left aside.</summary>
internal sealed class LoadHeap
{
    private readonly int[] _heap;
    private readonly int[] _position;
    private readonly double[] _load;
    private int _count;

    /// <summary>An empty heap for instances numbered below <paramref name="instances"/>.</summary>
    public LoadHeap(int instances)
    {
        _heap = new int[instances];
        _position = new int[instances];
        _load = new double[instances];
        Array.Fill(_position, -1);
    }

    /// <summary>Adds an instance or changes its load.</summary>
    public void Set(int instance, double load)
    {
        _load[instance] = load;
        if (_position[instance] < 0)
        {
            _position[instance] = _count;
            _heap[_count++] = instance;
        }
        Restore(_position[instance]);
    }

    public void Remove(int instance)
    {
        var hole = _position[instance];
        if (hole < 0) return;
        _position[instance] = -1;
        var last = _heap[--_count];
        if (last == instance) return;
        _heap[hole] = last;
        _position[last] = hole;
        Restore(hole);
    }

    /// <summary>The instance of lowest load that is not in <paramref name="aside"/>; none:
    /// <see cref="ClusterModel.Nobody"/>.</summary>
    public int Lowest(ReadOnlySpan<int> aside) => LowestUnder(0, aside);

    /// <summary>Whether the left one comes before the right one in this heap's order.</summary>
    public bool Before(int left, int right) =>
        _load[left] < _load[right] || (_load[left] == _load[right] && left < right);

    private int LowestUnder(int node, ReadOnlySpan<int> aside)
    {
        if (node >= _count) return ClusterModel.Nobody;
        if (!aside.Contains(_heap[node])) return _heap[node];
        var left = LowestUnder(2 * node + 1, aside);
        var right = LowestUnder(2 * node + 2, aside);
        if (left < 0 || right < 0) return Math.Max(left, right);
        return Before(left, right) ? left : right;
    }

    private void Restore(int node)
    {
        while (node > 0 && Before(_heap[node], _heap[(node - 1) / 2])) node = Swap(node, (node - 1) / 2);
        while (true)
        {
            var child = 2 * node + 1;
            if (child >= _count) return;
            if (child + 1 < _count && Before(_heap[child + 1], _heap[child])) child++;
            if (!Before(_heap[child], _heap[node])) return;
            node = Swap(node, child);
        }
    }

    private int Swap(int node, int with)
    {
        (_heap[node], _heap[with]) = (_heap[with], _heap[node]);
        _position[_heap[node]] = node;
        _position[_heap[with]] = with;
        return with;
    }
}
