namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>The ranges that are watched, so that those a key lies in are found without asking all: an AVL tree by
/// start and end, where each node knows how far the ranges below it reach (Cormen et al., Introduction to
/// Algorithms, interval trees). A look-up costs the height of the tree for each range it finds, at most.</summary>
internal sealed class IntervalTree
{
    private Node? root;

    /// <summary>The group of a range, added when it is new.</summary>
    public WatcherGroup GetOrAdd(KeyRange range)
    {
        for (var node = root; node is not null;)
        {
            var order = Compare(range, node.Range);
            if (order == 0)
                return node.Group;
            node = order < 0 ? node.Left : node.Right;
        }
        var group = new WatcherGroup(range);
        root = Insert(root, group);
        return group;
    }

    public void Remove(KeyRange range) => root = Remove(root, range);

    /// <summary>Appends the groups whose range has the key, in the order of their ranges.</summary>
    public void Find(ReadOnlySpan<byte> key, List<WatcherGroup> into) => Find(root, key, into);

    /// <summary>Height of the tree, for the tests: a look-up's cost rests on it.</summary>
    internal int Height => root?.Height ?? 0;

    private static void Find(Node? node, ReadOnlySpan<byte> key, List<WatcherGroup> into)
    {
        while (node is not null && node.Reaches(key))
        {
            Find(node.Left, key, into);
            // Everything to the right starts later still.
            if (key.SequenceCompareTo(node.Range.Start.Span) < 0)
                return;
            if (node.Range.Contains(key))
                into.Add(node.Group);
            node = node.Right;
        }
    }

    private static int Compare(KeyRange left, KeyRange right)
    {
        var order = left.Start.Span.SequenceCompareTo(right.Start.Span);
        return order != 0 ? order : CompareEnds(left, right);
    }

    private static int CompareEnds(KeyRange left, KeyRange right)
    {
        if (left.Kind == KeyRangeKind.From || right.Kind == KeyRangeKind.From)
            return (left.Kind == KeyRangeKind.From ? 1 : 0) - (right.Kind == KeyRangeKind.From ? 1 : 0);
        return left.End.Span.SequenceCompareTo(right.End.Span);
    }

    private static Node Insert(Node? node, WatcherGroup group)
    {
        if (node is null)
            return new Node(group);
        if (Compare(group.Range, node.Range) < 0)
            node.Left = Insert(node.Left, group);
        else
            node.Right = Insert(node.Right, group);
        return Balance(node);
    }

    private static Node? Remove(Node? node, KeyRange range)
    {
        if (node is null)
            return null;
        var order = Compare(range, node.Range);
        if (order < 0)
        {
            node.Left = Remove(node.Left, range);
            return Balance(node);
        }
        if (order > 0)
        {
            node.Right = Remove(node.Right, range);
            return Balance(node);
        }
        if (node.Right is null)
            return node.Left;
        var right = TakeFirst(node.Right, out var successor);
        successor.Left = node.Left;
        successor.Right = right;
        return Balance(successor);
    }

    private static Node? TakeFirst(Node node, out Node first)
    {
        if (node.Left is null)
        {
            first = node;
            return node.Right;
        }
        node.Left = TakeFirst(node.Left, out first);
        return Balance(node);
    }

    private static Node Balance(Node node)
    {
        if (node.Lean > 1)
        {
            if (node.Left!.Lean < 0)
                node.Left = RotateLeft(node.Left);
            return RotateRight(node);
        }
        if (node.Lean < -1)
        {
            if (node.Right!.Lean > 0)
                node.Right = RotateRight(node.Right);
            return RotateLeft(node);
        }
        node.Update();
        return node;
    }

    private static Node RotateLeft(Node node)
    {
        var top = node.Right!;
        node.Right = top.Left;
        top.Left = node;
        node.Update();
        top.Update();
        return top;
    }

    private static Node RotateRight(Node node)
    {
        var top = node.Left!;
        node.Left = top.Right;
        top.Right = node;
        node.Update();
        top.Update();
        return top;
    }

    private sealed class Node
    {
        private KeyRange furthest;

        public Node(WatcherGroup group)
        {
            Group = group;
            Update();
        }

        public WatcherGroup Group { get; }

        public KeyRange Range => Group.Range;

        public Node? Left { get; set; }

        public Node? Right { get; set; }

        public int Height { get; private set; }

        /// <summary>How much higher the left side is.</summary>
        public int Lean => (Left?.Height ?? 0) - (Right?.Height ?? 0);

        /// <summary>False when every range here and below ends at or before the key.</summary>
        public bool Reaches(ReadOnlySpan<byte> key) => !furthest.IsPast(key);

        public void Update()
        {
            Height = Math.Max(Left?.Height ?? 0, Right?.Height ?? 0) + 1;
            furthest = Range;
            if (Left is not null && CompareEnds(Left.furthest, furthest) > 0)
                furthest = Left.furthest;
            if (Right is not null && CompareEnds(Right.furthest, furthest) > 0)
                furthest = Right.furthest;
        }
    }
}
