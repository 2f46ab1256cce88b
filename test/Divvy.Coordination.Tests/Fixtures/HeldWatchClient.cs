using System.Runtime.CompilerServices;
using Divvy.Client.Etcd;

namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>A client whose first watch does not reach the store before it is let go: the store moves on meanwhile.
/// </summary>
internal sealed class HeldWatchClient(IEtcdClient inner) : DelegatingEtcdClient(inner)
{
    private readonly TaskCompletionSource letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo() => letGo.SetResult();

    public override async IAsyncEnumerable<WatchBatch> WatchAsync(
        EtcdRange range, WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Asked.TrySetResult();
        await letGo.Task.WaitAsync(cancellationToken);
        await foreach (var batch in base.WatchAsync(range, options, cancellationToken))
            yield return batch;
    }
}
