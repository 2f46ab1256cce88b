namespace Divvy.Client.Etcd;

/// <summary>What a watch delivers at once: events of whole revisions in order, or progress (no events), or, as its last
/// batch, that the history it needed is gone.</summary>
/// <param name="Revision">Everything up to and including this revision has been delivered.</param>
/// <param name="Events">The changes; empty when only progress is reported.</param>
/// <param name="CompactRevision">Not 0: the watch fell behind the compaction at this revision and ends. The consumer
/// reads the range anew and watches from there.</param>
public sealed record WatchBatch(long Revision, IReadOnlyList<WatchEvent> Events, long CompactRevision = 0)
{
    public bool IsCompacted => CompactRevision != 0;

    /// <summary>The batch that ends a watch that fell behind a compaction.</summary>
    public static WatchBatch Compacted(long compactRevision) => new(0, [], compactRevision);
}
