using System.Diagnostics;
using System.Runtime.CompilerServices;
using Divvy.Client.Etcd;

namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>A client whose watches hear nothing more once they are held, while its calls go through. Notes when
/// transactions were asked for since.</summary>
internal sealed class BehindClient(IEtcdClient inner) : DelegatingEtcdClient(inner)
{
    private readonly TaskCompletionSource never = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<long> asked = [];
    private volatile bool held;
    private int wanted;

    /// <summary>Holds the watches back.</summary>
    public void Hold() => held = true;

    /// <summary>How long it took from the first transaction since the watches were held to the last of so many.</summary>
    public async Task<TimeSpan> TakesAsync(int transactions)
    {
        lock (asked)
        {
            wanted = transactions;
            if (asked.Count >= wanted)
                enough.TrySetResult();
        }

        await enough.Task.Within($"{transactions} transactions");
        lock (asked)
            return Stopwatch.GetElapsedTime(asked[0], asked[transactions - 1]);
    }

    public override Task<TxnResult> TxnAsync(EtcdTxn txn, CancellationToken cancellationToken = default)
    {
        if (held)
        {
            lock (asked)
            {
                asked.Add(Stopwatch.GetTimestamp());
                if (wanted > 0 && asked.Count >= wanted)
                    enough.TrySetResult();
            }
        }

        return base.TxnAsync(txn, cancellationToken);
    }

    public override async IAsyncEnumerable<WatchBatch> WatchAsync(
        EtcdRange range, WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var batch in base.WatchAsync(range, options, cancellationToken))
        {
            if (held)
                await never.Task.WaitAsync(cancellationToken);
            yield return batch;
        }
    }
}
