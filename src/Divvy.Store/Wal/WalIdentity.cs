namespace Divvy.Store.Wal;

/// <summary>Whose log it is: a log of another member or another cluster is refused.</summary>
public readonly record struct WalIdentity(ulong Cluster, ulong Member)
{
    public override string ToString() => $"member {Member:x} of cluster {Cluster:x}";
}
