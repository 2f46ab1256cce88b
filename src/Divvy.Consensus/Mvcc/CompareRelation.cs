namespace Divvy.Consensus.Mvcc;

/// <summary>etcd's numbers.</summary>
public enum CompareRelation
{
    Equal,
    Greater,
    Less,
    NotEqual,
}
