using System.Diagnostics;
using System.Runtime.CompilerServices;
using Divvy.Client.Etcd;

namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>A client whose watches hear nothing more of some keys once they are held, while all else goes through.
/// </summary>
internal sealed class BehindClient(IEtcdClient inner, string prefix) : DelegatingEtcdClient(inner)
{
    private readonly Lock gate = new();
    private readonly List<long> asked = [];
    private readonly TaskCompletionSource enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool held;
    private int wanted;

    /// <summary>Holds back what the watches hear of keys under the prefix.</summary>
    public void Hold() => held = true;

    /// <summary>How long it takes from the next transaction that is asked for to the last of so many. To be called
    /// once.</summary>
    public async Task<TimeSpan> TakesAsync(int transactions)
    {
        lock (gate)
            wanted = transactions;
        await enough.Task.Within($"{transactions} transactions");
        lock (gate)
            return Stopwatch.GetElapsedTime(asked[0], asked[transactions - 1]);
    }

    public override Task<TxnResult> TxnAsync(EtcdTxn txn, CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            if (asked.Count < wanted)
                asked.Add(Stopwatch.GetTimestamp());
            if (wanted > 0 && asked.Count == wanted)
                enough.TrySetResult();
        }

        return base.TxnAsync(txn, cancellationToken);
    }

    public override async IAsyncEnumerable<WatchBatch> WatchAsync(
        EtcdRange range, WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var batch in base.WatchAsync(range, options, cancellationToken))
        {
            yield return held ? batch with { Events = [.. batch.Events.Where(IsHeard)] } : batch;
        }
    }

    private bool IsHeard(WatchEvent change) => !change.Key.StartsWith(prefix, StringComparison.Ordinal);
}
