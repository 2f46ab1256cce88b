namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>What one watcher that was behind heard next, kept for those that were as far behind and want the same: when
/// a busy stream fills, all its watchers fall behind together.</summary>
/// <param name="Keys">The keys it watches.</param>
/// <param name="Filter">What it wants of their changes.</param>
/// <param name="From">The first revision it had not heard of.</param>
/// <param name="Next">The first it has not heard of now.</param>
/// <param name="Events">What it heard.</param>
internal sealed record CatchUpPiece(KeyRange Keys, EventFilter Filter, long From, long Next, EventList Events)
{
    public bool Serves(Watcher watcher) =>
        watcher.NextRevision == From && watcher.Filter == Filter && watcher.Spec.Keys.SameAs(Keys);
}
