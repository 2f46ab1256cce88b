using Divvy.Core.Tests.Assignment.World;

namespace Divvy.Core.Tests.Assignment.Scenarios;

/// <summary>What was committed since the store was last looked at: records, and sessions that began or ended.</summary>
internal sealed class StoreTrace(SimStore store)
{
    private int seen = store.Views.Count;

    public IEnumerable<string> News()
    {
        for (; seen < store.Views.Count; seen++)
        {
            var (before, after) = (store.Views[seen - 1], store.Views[seen]);
            foreach (var session in after.Live.Except(before.Live))
                yield return $"{session} begins";
            foreach (var session in before.Live.Except(after.Live))
                yield return $"{session} ends";
            foreach (var shard in after.Shards.Values.Where(shard => shard.Revision == after.Revision))
                yield return HandoffText.Of(shard);
            foreach (var (shard, gone) in after.Deleted.Where(gone => gone.Value.At == after.Revision))
                yield return $"{shard} at {gone.At}: removed";
        }
    }
}
