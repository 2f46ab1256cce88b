namespace Divvy.Consensus.Mvcc;

/// <summary>
/// The ordered index from keys to their histories: a B+tree changed in place by its one owner. Old states need no
/// copies of the tree, because each history answers for any revision that was not compacted.
/// <para>A node splits when full and is taken out when empty; nodes are not merged, as a store that shrinks usually
/// grows again. A separator is the first key that a child held when it was split off. The first child of a node has
/// none that counts: it takes every key below the second one's.</para>
/// </summary>
internal sealed partial class KeyIndex
{
    private const int Fanout = 64;

    private Node root = new Leaf();
    private Leaf? last;

    /// <summary>Changes when a place that was found may not be one any more.</summary>
    public long Version { get; private set; }

    /// <summary>Number of keys, deleted ones that compaction has not reached included.</summary>
    public int Count { get; private set; }

    public KeyHistory? Find(ReadOnlySpan<byte> key)
    {
        var leaf = LeafFor(key);
        return leaf.Search(key, out var position) ? leaf.Histories[position] : null;
    }

    public KeyHistory GetOrAdd(ReadOnlySpan<byte> key)
    {
        var leaf = LeafFor(key);
        if (leaf.Search(key, out var position))
            return leaf.Histories[position];
        var history = new KeyHistory(key.ToArray());
        if (leaf.Count < Fanout - 1)
            leaf.InsertAt(position, history);
        else
            InsertAndSplit(history);
        Count++;
        Version++;
        return history;
    }

    /// <summary>Adds a key that comes after all others: the quick way to fill an index in order.</summary>
    public void Append(KeyHistory history)
    {
        last ??= LastLeaf();
        if (last.Count < Fanout - 1)
        {
            last.InsertAt(last.Count, history);
        }
        else
        {
            InsertAndSplit(history);
            last = last.Next!;
        }
        Count++;
        Version++;
    }

    /// <summary>Takes out a history; false when the key has another one by now or none.</summary>
    public bool Remove(KeyHistory history)
    {
        var leaf = LeafFor(history.Key);
        if (!leaf.Search(history.Key, out var position) || leaf.Histories[position] != history)
            return false;
        Remove(root, history.Key);
        while (root is Inner { Count: 1 } inner)
            root = inner.Children[0];
        if (root is Inner { Count: 0 })
            root = new Leaf();
        last = null;
        Count--;
        Version++;
        return true;
    }

    /// <summary>Visits the histories of a range in key order until the visitor returns false.</summary>
    public void Visit(KeyRange range, Func<KeyHistory, bool> visitor)
    {
        var walk = new KeyWalk(this, range);
        while (walk.MoveNext() && visitor(walk.Current!))
        {
        }
    }

    public Place SeekAtOrAfter(ReadOnlySpan<byte> key)
    {
        var leaf = LeafFor(key);
        leaf.Search(key, out var position);
        return new Place(leaf, position);
    }

    public Place SeekAfter(ReadOnlySpan<byte> key)
    {
        var leaf = LeafFor(key);
        return leaf.Search(key, out var position) ? new Place(leaf, position + 1) : new Place(leaf, position);
    }

    private Leaf LastLeaf()
    {
        var node = root;
        while (node is Inner inner)
            node = inner.Children[inner.Count - 1];
        return (Leaf)node;
    }

    private void InsertAndSplit(KeyHistory history)
    {
        if (Insert(root, history) is { } split)
            root = new Inner(root, split);
    }

    private Leaf LeafFor(ReadOnlySpan<byte> key)
    {
        var node = root;
        while (node is Inner inner)
            node = inner.Children[inner.ChildFor(key)];
        return (Leaf)node;
    }

    private static Node? Insert(Node node, KeyHistory history)
    {
        if (node is Leaf leaf)
        {
            leaf.Search(history.Key, out var position);
            leaf.InsertAt(position, history);
            return leaf.Count == Fanout ? leaf.Split() : null;
        }
        var inner = (Inner)node;
        var child = inner.ChildFor(history.Key);
        if (Insert(inner.Children[child], history) is not { } split)
            return null;
        inner.InsertAfter(child, split);
        return inner.Count == Fanout ? inner.Split() : null;
    }

    private static void Remove(Node node, byte[] key)
    {
        if (node is Leaf leaf)
        {
            leaf.Remove(key);
            return;
        }
        var inner = (Inner)node;
        var position = inner.ChildFor(key);
        var child = inner.Children[position];
        Remove(child, key);
        if (child.Count > 0)
            return;
        (child as Leaf)?.Unlink();
        inner.RemoveAt(position);
    }

    /// <summary>A place between two keys; good until <see cref="Version"/> changes.</summary>
    public struct Place
    {
        private Leaf? leaf;
        private int position;

        internal Place(object leaf, int position)
        {
            this.leaf = (Leaf)leaf;
            this.position = position;
        }

        /// <summary>The history after this place, which moves behind it; null at the end.</summary>
        public KeyHistory? TakeNext()
        {
            while (leaf is not null && position == leaf.Count)
            {
                leaf = leaf.Next;
                position = 0;
            }
            return leaf?.Histories[position++];
        }
    }
}
