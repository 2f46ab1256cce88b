using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>Decides how much of the applied log stays in memory: enough that a member a little behind needs no
/// snapshot, and everything after a snapshot that is on its way to a member.</summary>
internal sealed class TrailingLog(ReplicaOptions options, LogIndex start)
{
    private readonly SortedDictionary<NodeId, (LogIndex From, TimeSpan Until)> pins = [];
    private LogIndex previousMark = start;
    private LogIndex mark = start;
    private long bytes;

    /// <summary>Notes applied entries. Returns up to where the log may be released now.</summary>
    public LogIndex? Applied(EntryId last, long size)
    {
        bytes += size;
        if (last.Index - mark < (ulong)options.TrailingEntries && bytes < options.TrailingBytes)
            return null;
        var upTo = previousMark;
        (previousMark, mark, bytes) = (mark, last.Index, 0);
        foreach (var (from, _) in pins.Values)
            upTo = LogIndex.Min(upTo, from);
        return upTo;
    }

    public void Restart(LogIndex at) => (previousMark, mark, bytes) = (at, at, 0);

    /// <summary>A snapshot is about to be made for a member: what follows it will be needed.</summary>
    public void Pin(NodeId member, LogIndex from) => pins[member] = (from, TimeSpan.MaxValue);

    public void Sent(NodeId member, TimeSpan until)
    {
        if (pins.TryGetValue(member, out var pin))
            pins[member] = (pin.From, until);
    }

    public void Forget(TimeSpan now)
    {
        foreach (var member in pins.Where(pin => pin.Value.Until <= now).Select(pin => pin.Key).ToArray())
            pins.Remove(member);
    }
}
