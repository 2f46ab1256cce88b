using System.Collections.Immutable;
using System.Diagnostics;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>Applies committed entries in order, and everything else that has its place in that order. Its step is run
/// by one thread at a time.</summary>
internal sealed class Applier(Replica replica, IReplicatedState state)
{
    /// <summary>Entries applied before their callers go on.</summary>
    private const int MaxBatch = 256;

    private readonly Queue<Item> queue = new();
    private readonly AppliedBatch batch = new();
    private readonly Queue<Completions> inline = new();

    public void Enqueue(ImmutableArray<Entry> entries) => Add(new Item(entries, null, null, null));

    public void Enqueue(LeadershipView leadership) => Add(new Item([], leadership, null, null));

    public void Enqueue(Snapshot snapshot, ReceivedSnapshot file) => Add(new Item([], null, snapshot, file));

    /// <summary>Applies what is there; false when nothing was.</summary>
    public bool RunOnce()
    {
        Item item;
        lock (queue)
        {
            if (!queue.TryDequeue(out item))
                return false;
        }

        if (item.Leadership is { } leadership)
            state.LeadershipChanged(leadership);
        else if (item.Snapshot is { } snapshot)
            Install(snapshot, item.File!);
        else
            Apply(item.Entries);
        return true;
    }

    /// <summary>Runs on the callers of a replica that has no threads of its own.</summary>
    public void RunCompletions()
    {
        while (true)
        {
            Completions? next;
            lock (inline)
            {
                if (!inline.TryDequeue(out next))
                    return;
            }

            next.Execute();
        }
    }

    private void Install(Snapshot snapshot, ReceivedSnapshot file)
    {
        replica.Snapshots.ApplyStarted();
        replica.Points.BeforeApplySnapshot.Hit();
        var members = state.Install(snapshot, file);
        replica.Observer?.Installed(snapshot.Last);
        Finish(replica.Installed(snapshot, members));
        replica.Points.AfterApplySnapshot.Hit();
        replica.Snapshots.ApplyEnded();
    }

    private void Apply(ImmutableArray<Entry> entries)
    {
        for (var at = 0; at < entries.Length; at += MaxBatch)
        {
            var part = entries.Length <= MaxBatch
                ? entries
                : entries.Slice(at, Math.Min(MaxBatch, entries.Length - at));
            batch.Clear();
            var began = Stopwatch.GetTimestamp();
            replica.Points.BeforeApply.Hit();
            if (part.Any(static entry => entry.Kind == EntryKind.Membership))
                replica.Points.BeforeApplyMembership.Hit();
            state.Apply(part, batch);
            replica.Observer?.Applied(part);
            replica.ApplyTook(Stopwatch.GetElapsedTime(began));
            replica.Points.BeforeCommit.Hit();
            var bytes = 0L;
            foreach (var entry in part)
                bytes += (long)entry.Size;
            Finish(replica.Applied(part[^1], bytes, batch));
            replica.Points.AfterCommit.Hit();
        }
    }

    /// <summary>Lets callers go on: on the pool, or after the step where the replica has no threads.</summary>
    public void Finish(Completions done)
    {
        if (done.IsEmpty)
            return;
        if (replica.RunsInline)
        {
            lock (inline)
                inline.Enqueue(done);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(done, preferLocal: false);
        }
    }

    private void Add(Item item)
    {
        lock (queue)
            queue.Enqueue(item);
    }

    private readonly record struct Item(
        ImmutableArray<Entry> Entries, LeadershipView? Leadership, Snapshot? Snapshot, ReceivedSnapshot? File);
}
