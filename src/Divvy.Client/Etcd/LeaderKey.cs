namespace Divvy.Client.Etcd;

/// <summary>Proof of having been elected: the leader's key as it was created. It is a claim about the past; whoever
/// writes on its strength puts <see cref="Guard"/> into the transaction, which the store checks at that instant.
/// </summary>
/// <param name="Key">The contender's key, <c>prefix/lease in hex</c>.</param>
/// <param name="CreateRevision">Grows from leader to leader, so it also serves as a fencing token.</param>
/// <param name="Lease">The lease the key hangs on.</param>
public sealed record LeaderKey(string Key, long CreateRevision, long Lease)
{
    /// <summary>Holds as long as the leader key is the one that was elected.</summary>
    public EtcdCompare Guard => EtcdCompare.CreateRevision(Key).Equal(CreateRevision);
}
