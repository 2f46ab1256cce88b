namespace Divvy.Consensus.Mvcc;

/// <summary>etcd's numbers.</summary>
public enum CompareTarget
{
    Version,
    CreateRevision,
    ModRevision,
    Value,
    Lease,
}
