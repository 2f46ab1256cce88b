using Divvy.Consensus.Mvcc.Watching;

namespace Divvy.Store;

/// <summary>A watch stream and the two loops that serve it: <see cref="Signal"/> wakes the one that sends,
/// <see cref="Room"/> the one that reads requests once the client took some answers.</summary>
internal sealed class WatchSession(StoreNode node, WatchStream stream) : IDisposable
{
    public WatchStream Stream { get; } = stream;

    public WakeSignal Signal { get; } = new();

    public WakeSignal Room { get; } = new();

    /// <summary>The state it watched was replaced; it ends, and its client resumes where it was.</summary>
    public bool IsAbandoned { get; private set; }

    public void Abandon()
    {
        IsAbandoned = true;
        Signal.Set();
        Room.Set();
    }

    public void Dispose() => node.CloseWatch(this);
}
