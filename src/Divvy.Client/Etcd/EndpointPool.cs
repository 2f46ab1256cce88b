namespace Divvy.Client.Etcd;

/// <summary>The connections of a client, one per endpoint, and which of them is in use. All calls use the same one
/// until it fails somebody, then the next. Thread-safe, without locks.</summary>
internal sealed class EndpointPool(IReadOnlyList<EtcdConnection> connections)
{
    private int current;

    public IReadOnlyList<EtcdConnection> All => connections;

    public int Count => connections.Count;

    public EtcdConnection Current => connections[Volatile.Read(ref current)];

    /// <summary>Goes on to the next endpoint, unless somebody else has done so already.</summary>
    public void MoveOn(EtcdConnection failed)
    {
        var index = Volatile.Read(ref current);
        if (ReferenceEquals(connections[index], failed))
            Interlocked.CompareExchange(ref current, (index + 1) % connections.Count, index);
    }
}
