using System.Globalization;

namespace Divvy.Consensus.Raft;

/// <summary>Names a member of the cluster, for ever: an id is never given to another node. 0 means nobody.</summary>
public readonly record struct NodeId(ulong Value) : IComparable<NodeId>
{
    public static readonly NodeId None = default;

    public bool IsNone => Value == 0;

    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString("x", CultureInfo.InvariantCulture);
}
