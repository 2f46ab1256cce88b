namespace Divvy.Consensus.Raft.Progress;

/// <summary>The messages on their way to one follower, by the last index of each: a ring limited by count and by
/// bytes. A message that is larger than the byte limit may go when nothing else is under way.
/// <para>The count narrows to half when a gap is found and widens by one with each message that arrives, as a TCP
/// sender's does (RFC 5681, sections 3.1 and 3.2). Behind a gap everything is refused, so a network that reorders turns
/// one window into refusals and acknowledgements in any order, and each pair of them would let a whole window go again:
/// answers would breed messages without end.</para></summary>
internal sealed class InflightWindow(int maxCount, ulong maxBytes)
{
    private readonly Queue<(LogIndex Last, ulong Bytes)> messages = new();
    private ulong bytes;
    private int narrowedBy;

    public int Count => messages.Count;

    public ulong Bytes => bytes;

    public bool IsFull => messages.Count >= maxCount - narrowedBy || (messages.Count > 0 && bytes >= maxBytes);

    public void Add(LogIndex last, ulong size)
    {
        messages.Enqueue((last, size));
        bytes += size;
    }

    /// <summary>Everything up to an index has arrived.</summary>
    public void FreeUpTo(LogIndex index)
    {
        while (messages.TryPeek(out var oldest) && oldest.Last <= index)
            bytes -= messages.Dequeue().Bytes;
    }

    /// <summary>Something was missing where messages arrived.</summary>
    public void Narrow() => narrowedBy += (maxCount - narrowedBy) / 2;

    /// <summary>Something arrived in its place.</summary>
    public void Widen() => narrowedBy = Math.Max(0, narrowedBy - 1);

    public void Clear()
    {
        messages.Clear();
        bytes = 0;
    }
}
