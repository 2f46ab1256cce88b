using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Sessions;

/// <summary>The acknowledgements of a session that wait for their step: the newest per shard, so that they are bounded
/// by the shards and the reader of the stream never waits. Thread-safe.</summary>
internal sealed class AcknowledgementBox
{
    private readonly SemaphoreSlim signal = new(0);
    private readonly Lock gate = new();
    private readonly SortedDictionary<ShardId, AckFromInstance> waiting = [];

    public void Put(AckFromInstance ack)
    {
        lock (gate)
        {
            if (waiting.TryGetValue(ack.Shard, out var other) && other.Revision > ack.Revision)
                return;
            waiting[ack.Shard] = ack;
            if (signal.CurrentCount > 0)
                return;
        }
        signal.Release();
    }

    /// <summary>Puts back what could not be done; a newer acknowledgement of the shard wins.</summary>
    public void PutBack(IEnumerable<AckFromInstance> acks)
    {
        lock (gate)
        {
            foreach (var ack in acks)
                waiting.TryAdd(ack.Shard, ack);
            if (waiting.Count == 0 || signal.CurrentCount > 0)
                return;
        }
        signal.Release();
    }

    /// <summary>Waits until one is there, and takes all.</summary>
    public async Task<IReadOnlyList<AckFromInstance>> TakeAsync(CancellationToken cancellationToken)
    {
        await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (gate)
        {
            List<AckFromInstance> taken = [.. waiting.Values];
            waiting.Clear();
            return taken;
        }
    }
}
