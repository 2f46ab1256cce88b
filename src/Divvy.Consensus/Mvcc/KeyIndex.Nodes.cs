namespace Divvy.Consensus.Mvcc;

/// <content>The nodes of the tree.</content>
internal sealed partial class KeyIndex
{
    private abstract class Node
    {
        public int Count { get; protected set; }

        /// <summary>The node's first key when it was split off.</summary>
        public byte[] Separator { get; protected set; } = [];
    }

    private sealed class Leaf : Node
    {
        /// <summary>The keys once more, beside the histories: a search would miss the cache twice at each
        /// comparison.</summary>
        private readonly byte[][] keys = new byte[Fanout][];

        public KeyHistory[] Histories { get; } = new KeyHistory[Fanout];

        public Leaf? Next { get; private set; }

        private Leaf? Previous { get; set; }

        /// <summary>Where the key is, or would be.</summary>
        public bool Search(ReadOnlySpan<byte> key, out int position)
        {
            int low = 0, high = Count;
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                var order = key.SequenceCompareTo(keys[middle]);
                if (order == 0)
                {
                    position = middle;
                    return true;
                }
                if (order > 0)
                    low = middle + 1;
                else
                    high = middle;
            }
            position = low;
            return false;
        }

        public void InsertAt(int position, KeyHistory history)
        {
            Array.Copy(Histories, position, Histories, position + 1, Count - position);
            Array.Copy(keys, position, keys, position + 1, Count - position);
            Histories[position] = history;
            keys[position] = history.Key;
            Count++;
        }

        public void Remove(byte[] key)
        {
            Search(key, out var position);
            Count--;
            Array.Copy(Histories, position + 1, Histories, position, Count - position);
            Array.Copy(keys, position + 1, keys, position, Count - position);
            Histories[Count] = null!;
            keys[Count] = null!;
        }

        public Leaf Split()
        {
            // Keys that arrive in order leave the left node nearly full instead of half empty.
            var keep = Next is null ? Fanout * 7 / 8 : Fanout / 2;
            var right = new Leaf { Next = Next, Previous = this };
            right.Count = Count - keep;
            Array.Copy(Histories, keep, right.Histories, 0, right.Count);
            Array.Copy(keys, keep, right.keys, 0, right.Count);
            Array.Clear(Histories, keep, right.Count);
            Array.Clear(keys, keep, right.Count);
            Count = keep;
            if (Next is not null)
                Next.Previous = right;
            Next = right;
            right.Separator = right.keys[0];
            return right;
        }

        public void Unlink()
        {
            if (Previous is not null)
                Previous.Next = Next;
            if (Next is not null)
                Next.Previous = Previous;
        }
    }

    private sealed class Inner : Node
    {
        /// <summary>The children's separators, beside them.</summary>
        private readonly byte[][] separators = new byte[Fanout][];

        public Inner(Node left, Node right)
        {
            Children[0] = left;
            Children[1] = right;
            separators[0] = left.Separator;
            separators[1] = right.Separator;
            Count = 2;
            Separator = left.Separator;
        }

        private Inner()
        {
        }

        public Node[] Children { get; } = new Node[Fanout];

        /// <summary>The last child whose separator is at or below the key, else the first.</summary>
        public int ChildFor(ReadOnlySpan<byte> key)
        {
            int low = 1, high = Count;
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                if (key.SequenceCompareTo(separators[middle]) >= 0)
                    low = middle + 1;
                else
                    high = middle;
            }
            return low - 1;
        }

        public void InsertAfter(int position, Node child)
        {
            position++;
            Array.Copy(Children, position, Children, position + 1, Count - position);
            Array.Copy(separators, position, separators, position + 1, Count - position);
            Children[position] = child;
            separators[position] = child.Separator;
            Count++;
        }

        public void RemoveAt(int position)
        {
            Count--;
            Array.Copy(Children, position + 1, Children, position, Count - position);
            Array.Copy(separators, position + 1, separators, position, Count - position);
            Children[Count] = null!;
            separators[Count] = null!;
        }

        public Inner Split()
        {
            var keep = Fanout / 2;
            var right = new Inner { Count = Count - keep };
            Array.Copy(Children, keep, right.Children, 0, right.Count);
            Array.Copy(separators, keep, right.separators, 0, right.Count);
            Array.Clear(Children, keep, right.Count);
            Array.Clear(separators, keep, right.Count);
            Count = keep;
            right.Separator = right.separators[0];
            return right;
        }
    }
}
