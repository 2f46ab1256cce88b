using Divvy.Consensus.Mvcc;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Auth;
using Google.Protobuf;

namespace Divvy.Store.Services;

/// <summary>etcdserverpb.Lease.</summary>
internal sealed class LeaseService(
    StoreNode node, CallerResolver callers, HeaderFactory headers, CancellationToken stopping)
{
    /// <summary>TTL in the answer about a lease that does not exist.</summary>
    private const long NoSuchLease = -1;

    public void MapTo(GatedServices services) => services
        .Unary(EtcdMethods.LeaseGrant, GrantAsync)
        .Unary(EtcdMethods.LeaseRevoke, RevokeAsync)
        .Duplex(EtcdMethods.LeaseKeepAlive, KeepAliveAsync)
        .Unary(EtcdMethods.LeaseTimeToLive, TimeToLiveAsync)
        .Unary(EtcdMethods.LeaseLeases, (_, _) => ValueTask.FromResult(Leases()));

    private async ValueTask<LeaseGrantResponse> GrantAsync(
        LeaseGrantRequest request, RpcServerContext context)
    {
        await node.CheckRoomAsync().ConfigureAwait(false);
        var answer = (MvccResult)await callers.RunAsync(
            static (caller, at) => at.node.GrantAsync(at.request.ID, at.request.TTL, caller, at.CancellationToken),
            (node, request, context.CancellationToken),
            context).ConfigureAwait(false);
        EtcdErrors.ThrowIfRefused(answer.Outcome);
        var result = (LeaseGrantResult)answer;
        return new LeaseGrantResponse { Header = headers.At(result.Revision), ID = result.Id, TTL = result.TtlSeconds };
    }

    private async ValueTask<LeaseRevokeResponse> RevokeAsync(
        LeaseRevokeRequest request, RpcServerContext context)
    {
        var command = new LeaseRevokeCommand(request.ID);
        var result = (MvccResult)await callers.ProposeAsync(command, context).ConfigureAwait(false);
        EtcdErrors.ThrowIfRefused(result.Outcome);
        return new LeaseRevokeResponse { Header = headers.At(result.Revision) };
    }

    private async ValueTask KeepAliveAsync(
        IRpcReader<LeaseKeepAliveRequest> requests,
        IRpcWriter<LeaseKeepAliveResponse> responses,
        RpcServerContext context)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        try
        {
            while (await requests.ReadAsync(linked.Token).ConfigureAwait(false) is { } request)
            {
                var (revision, ttl) = await node.RenewAsync(request.ID, linked.Token).ConfigureAwait(false);
                var response = new LeaseKeepAliveResponse { Header = headers.At(revision), ID = request.ID, TTL = ttl };
                await responses.WriteAsync(response, linked.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw EtcdErrors.Stopped();
        }
    }

    private async ValueTask<LeaseTimeToLiveResponse> TimeToLiveAsync(
        LeaseTimeToLiveRequest request, RpcServerContext context)
    {
        var lease = await node.LeaseStateAsync(request.ID, request.Keys, context.CancellationToken)
            .ConfigureAwait(false);
        if (lease is { Keys.Count: > 0 })
        {
            EtcdErrors.ThrowIfRefused(await callers.AskAsync(
                static (rights, caller, keys) => rights.AuthorizeRead(caller, keys),
                lease.Keys,
                context).ConfigureAwait(false));
        }
        var response = new LeaseTimeToLiveResponse { Header = headers.Now(), ID = request.ID, TTL = NoSuchLease };
        if (lease is null)
            return response;
        response.TTL = (long)lease.Left.TotalSeconds;
        response.GrantedTTL = lease.TtlSeconds;
        response.Keys.Add(lease.Keys.Select(key => UnsafeByteOperations.UnsafeWrap(key)));
        return response;
    }

    private LeaseLeasesResponse Leases()
    {
        var response = new LeaseLeasesResponse { Header = headers.Now() };
        response.Leases.Add(node.LeaseIds().Select(id => new LeaseStatus { ID = id }));
        return response;
    }
}
