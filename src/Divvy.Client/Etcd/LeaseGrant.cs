namespace Divvy.Client.Etcd;

/// <summary>A new lease.</summary>
/// <param name="Id">Its id, never 0.</param>
/// <param name="Ttl">What the store granted; it may be more than was asked for (the store has a minimum).</param>
/// <param name="Revision">The store's revision when it answered.</param>
public sealed record LeaseGrant(long Id, TimeSpan Ttl, long Revision);
