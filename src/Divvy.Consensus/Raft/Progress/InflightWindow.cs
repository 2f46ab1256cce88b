namespace Divvy.Consensus.Raft.Progress;

/// <summary>The messages on their way to one follower, by the last index of each: a ring limited by count and by
/// bytes. A
/// message that is larger than the byte limit may go when nothing else is under way.</summary>
internal sealed class InflightWindow(int maxCount, ulong maxBytes)
{
    private readonly Queue<(LogIndex Last, ulong Bytes)> messages = new();
    private ulong bytes;

    public int Count => messages.Count;

    public ulong Bytes => bytes;

    public bool IsFull => messages.Count >= maxCount || (messages.Count > 0 && bytes >= maxBytes);

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

    public void Clear()
    {
        messages.Clear();
        bytes = 0;
    }
}
