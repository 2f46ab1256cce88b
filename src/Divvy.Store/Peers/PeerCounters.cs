namespace Divvy.Store.Peers;

/// <summary>What has passed between this member and one other since the start; both directions of connection counted
/// together. Thread-safe; each number is exact, a set of them is not one moment's.</summary>
public sealed class PeerCounters
{
    private long sentBytes;
    private long receivedBytes;
    private long sentFrames;
    private long writes;
    private long receivedFrames;
    private long sendFailures;
    private long disconnections;
    private long activeConnections;
    private long snapshotSends;
    private long snapshotSendFailures;
    private long snapshotReceives;
    private long snapshotReceiveFailures;
    private long snapshotsInFlight;

    public long SentBytes => Interlocked.Read(ref sentBytes);

    public long ReceivedBytes => Interlocked.Read(ref receivedBytes);

    public long SentFrames => Interlocked.Read(ref sentFrames);

    /// <summary>Writes to sockets; each carries everything that waited.</summary>
    public long Writes => Interlocked.Read(ref writes);

    public long ReceivedFrames => Interlocked.Read(ref receivedFrames);

    /// <summary>Frames that were dropped: no connection, or a full lane.</summary>
    public long SendFailures => Interlocked.Read(ref sendFailures);

    /// <summary>Connections to the member that ended.</summary>
    public long Disconnections => Interlocked.Read(ref disconnections);

    /// <summary>Connections open now: 2 when both directions work.</summary>
    public long ActiveConnections => Interlocked.Read(ref activeConnections);

    /// <summary>Snapshots the member took over.</summary>
    public long SnapshotSends => Interlocked.Read(ref snapshotSends);

    public long SnapshotSendFailures => Interlocked.Read(ref snapshotSendFailures);

    /// <summary>Snapshots that arrived whole.</summary>
    public long SnapshotReceives => Interlocked.Read(ref snapshotReceives);

    public long SnapshotReceiveFailures => Interlocked.Read(ref snapshotReceiveFailures);

    /// <summary>Snapshots being sent or received now.</summary>
    public long SnapshotsInFlight => Interlocked.Read(ref snapshotsInFlight);

    internal void CountWrite(int frames, int bytes)
    {
        Interlocked.Increment(ref writes);
        Interlocked.Add(ref sentFrames, frames);
        Interlocked.Add(ref sentBytes, bytes);
    }

    internal void CountRead(int frames, int bytes)
    {
        Interlocked.Add(ref receivedFrames, frames);
        Interlocked.Add(ref receivedBytes, bytes);
    }

    internal void CountSendFailure() => Interlocked.Increment(ref sendFailures);

    internal void CountConnected() => Interlocked.Increment(ref activeConnections);

    internal void CountDisconnected()
    {
        Interlocked.Decrement(ref activeConnections);
        Interlocked.Increment(ref disconnections);
    }

    internal void CountSnapshotBegin() => Interlocked.Increment(ref snapshotsInFlight);

    internal void CountSnapshotSent(bool succeeded)
    {
        Interlocked.Decrement(ref snapshotsInFlight);
        Interlocked.Increment(ref (succeeded ? ref snapshotSends : ref snapshotSendFailures));
    }

    internal void CountSnapshotReceived(bool succeeded)
    {
        Interlocked.Decrement(ref snapshotsInFlight);
        Interlocked.Increment(ref (succeeded ? ref snapshotReceives : ref snapshotReceiveFailures));
    }
}
