namespace Divvy.Consensus.Mvcc;

/// <summary>etcd's numbers.</summary>
public enum SortTarget
{
    Key,
    Version,
    CreateRevision,
    ModRevision,
    Value,
}
