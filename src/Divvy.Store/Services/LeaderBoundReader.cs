using Divvy.Rpc;
using Divvy.Store.Replication;

namespace Divvy.Store.Services;

/// <summary>The requests of a stream that its client wants to end when the leader is lost: reading them fails
/// then.</summary>
internal sealed class LeaderBoundReader<T>(IRpcReader<T> requests, CancellationToken leaderLost) : IRpcReader<T>
    where T : class
{
    /// <exception cref="RpcException">There has been no leader for too long.</exception>
    public async ValueTask<T?> ReadAsync(CancellationToken cancellationToken = default)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, leaderLost);
        try
        {
            return await requests.ReadAsync(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (
            leaderLost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw ReplicaErrors.NoLeader();
        }
    }
}
