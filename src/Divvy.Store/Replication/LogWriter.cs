using System.Collections.Immutable;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>Makes durable what the core asked to be kept: everything that has gathered with one write and one
/// synchronisation. Its step is run by one thread at a time.</summary>
internal sealed class LogWriter(Replica replica, ILogStore log)
{
    private readonly Lock queueGate = new();
    private readonly ImmutableArray<Message>.Builder owed = ImmutableArray.CreateBuilder<Message>();
    private List<Item> queue = [];
    private List<Item> taken = [];

    /// <param name="ready">What to keep.</param>
    /// <param name="snapshotFile">The file of its snapshot, if it has one.</param>
    public void Enqueue(RaftReady ready, ReceivedSnapshot? snapshotFile) => Add(new Item(ready, snapshotFile, null));

    /// <summary>Does something with the log, in turn.</summary>
    public void Post(Action action) => Add(new Item(null, null, action));

    /// <summary>Writes what is there; false when nothing was.</summary>
    public bool RunOnce()
    {
        replica.TakeInbox();
        lock (queueGate)
        {
            if (queue.Count == 0)
                return false;
            (queue, taken) = (taken, queue);
        }

        var sync = false;
        var last = 0ul;
        foreach (var item in taken)
        {
            if (item.Ready is not { } ready)
            {
                item.Action!();
                continue;
            }

            log.Append(ready.HardState, ready.Entries);
            sync |= ready.MustSync;
            last = ready.Number;
            owed.AddRange(ready.MessagesAfterPersist);
            if (ready.Snapshot is { } snapshot)
                replica.KeepSnapshot(snapshot, item.SnapshotFile!);
        }

        taken.Clear();
        var messages = owed.DrainToImmutable();
        if (sync)
            log.Commit(sync: true);
        if (!messages.IsEmpty)
            replica.Points.BeforeFollowerSend.Hit();
        if (last == 0)
            return true;
        replica.Points.BeforeAdvance.Hit();
        replica.Persisted(last, messages);
        return true;
    }

    private void Add(Item item)
    {
        lock (queueGate)
            queue.Add(item);
    }

    private readonly record struct Item(RaftReady? Ready, ReceivedSnapshot? SnapshotFile, Action? Action);
}
