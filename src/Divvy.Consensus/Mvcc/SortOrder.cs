namespace Divvy.Consensus.Mvcc;

/// <summary>etcd's numbers.</summary>
public enum SortOrder
{
    None,
    Ascend,
    Descend,
}
