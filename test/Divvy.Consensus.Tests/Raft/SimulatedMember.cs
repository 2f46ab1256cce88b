using Divvy.Consensus.Raft;

namespace Divvy.Consensus.Tests.Raft;

/// <summary>A Raft member with a disk that forgets what was not persisted: the shell of these tests.</summary>
internal sealed class SimulatedMember
{
    private readonly Func<SimulatedMember, RaftOptions> options;
    private readonly List<Entry> disk = [];
    private readonly Queue<RaftReady> writing = new();
    private HardState hardState;
    private Snapshot snapshot;
    private ulong starts;

    public SimulatedMember(NodeId id, Snapshot first, Func<SimulatedMember, RaftOptions> options)
    {
        Id = id;
        snapshot = first;
        this.options = options;
        Restart();
    }

    public NodeId Id { get; }

    public ulong Starts => starts;

    public RaftNode Node { get; private set; } = null!;

    public bool IsUp { get; private set; }

    /// <summary>Commands in the order they were applied since the last start, with what came before in snapshots.</summary>
    public List<Entry> Applied { get; } = [];

    public List<ReadResult> Reads { get; } = [];

    public List<ProposalResult> Proposals { get; } = [];

    /// <summary>Snapshots it received since the last start.</summary>
    public List<Snapshot> Installed { get; } = [];

    /// <summary>The entries on its disk.</summary>
    public IEnumerable<Entry> Stored => disk;

    public bool HasUnwritten => writing.Count > 0;

    /// <summary>Starts it again from what a disk holds in some state of the paper's figures.</summary>
    public void Load(HardState stored, IEnumerable<Entry> entries)
    {
        Crash();
        hardState = stored;
        disk.Clear();
        disk.AddRange(entries);
        Restart();
    }

    public void Crash()
    {
        IsUp = false;
        writing.Clear();
    }

    public void Restart()
    {
        starts++;
        Node = new RaftNode(options(this), hardState, snapshot, disk);
        Applied.RemoveAll(entry => entry.Index > snapshot.Last.Index);
        Installed.Clear();
        IsUp = true;
    }

    /// <summary>Takes what is ready; its messages go out, its writes wait for <see cref="Write"/>.</summary>
    public IEnumerable<Message> Take(Func<NodeId, IEnumerable<Entry>> snapshotContent)
    {
        while (Node.TakeReady() is { } ready)
        {
            writing.Enqueue(ready);
            if (ready.Snapshot is { } received)
            {
                Installed.Add(received);
                Applied.Clear();
                Applied.AddRange(snapshotContent(Id).TakeWhile(entry => entry.Index <= received.Last.Index));
            }

            Reads.AddRange(ready.Reads);
            Proposals.AddRange(ready.Proposals);
            foreach (var entry in ready.Committed)
                Apply(entry);
            foreach (var message in ready.Messages)
                yield return message;
        }
    }

    /// <summary>Makes the oldest taken writes durable and releases what waited for that.</summary>
    public IEnumerable<Message> Write()
    {
        if (!writing.TryDequeue(out var ready))
            return [];
        if (ready.Snapshot is { } received)
        {
            snapshot = received;
            disk.Clear();
        }

        if (!ready.Entries.IsEmpty)
        {
            disk.RemoveAll(entry => entry.Index >= ready.Entries[0].Index);
            disk.AddRange(ready.Entries);
        }

        hardState = ready.HardState ?? hardState;
        Node.Persisted(ready.Number);
        return ready.MessagesAfterPersist;
    }

    public void Compact(ulong keep)
    {
        if (writing.Count > 0 || Node.AppliedIndex <= snapshot.Last.Index)
            return;
        var last = Node.AppliedIndex;
        var term = disk.Single(entry => entry.Index == last).Term;
        snapshot = new Snapshot(new EntryId(term, last), Node.Membership);
        var upTo = last.Value > keep ? new LogIndex(last.Value - keep) : LogIndex.Zero;
        if (upTo >= Node.FirstIndex)
            Node.Compacted(snapshot, upTo);
        disk.RemoveAll(entry => entry.Index <= last);
        Node.Compacted(snapshot, LogIndex.Max(upTo, Node.FirstIndex.Previous));
    }

    private void Apply(Entry entry)
    {
        Applied.Add(entry);
        if (entry.Kind == EntryKind.Membership)
            Node.ApplyMembership(entry);
    }
}
