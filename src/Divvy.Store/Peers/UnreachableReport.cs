using Divvy.Consensus.Raft;
using Divvy.Store.Replication;

namespace Divvy.Store.Peers;

/// <summary>Tells the receiver, on the pool, that something to a member was lost: never inside the call that sends,
/// which the receiver may make under its own lock. Several losses before it is told are told once.</summary>
internal sealed class UnreachableReport(IPeerReceiver receiver, NodeId peer) : IThreadPoolWorkItem
{
    private int scheduled;

    public void Report()
    {
        if (Interlocked.CompareExchange(ref scheduled, 1, 0) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref scheduled, 0);
        receiver.Unreachable(peer);
    }
}
