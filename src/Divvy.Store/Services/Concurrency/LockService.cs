using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Store.Services.Concurrency;

/// <summary>v3lockpb.Lock. As with etcd's, a lock by itself does not keep two holders apart: a holder that was paused
/// past its lease believes in a lock that another has. Give what you write under it the key's create revision as a
/// fence, or make it a transaction that compares the key.</summary>
internal sealed class LockService(IRpcChannel channel, TimeProvider timeProvider)
{
    public void MapTo(GatedServices services) => services
        .Unary(EtcdMethods.Lock, LockAsync)
        .Unary(EtcdMethods.Unlock, UnlockAsync);

    private async ValueTask<LockResponse> LockAsync(LockRequest request, RpcServerContext context)
    {
        var calls = new StoreCalls(channel, context);
        var session = await LeaseSession.OpenAsync(channel, calls, request.Lease, timeProvider).ConfigureAwait(false);
        await using var owned = session.ConfigureAwait(false);
        var contest = new Contest(calls, request.Name);
        var key = contest.KeyOf(session.Lease);
        var entered = await contest.EnterAsync(key, Google.Protobuf.ByteString.Empty, session.Lease)
            .ConfigureAwait(false);
        var createRevision = entered.Succeeded
            ? entered.Header.Revision
            : entered.Responses[0].ResponseRange.Kvs[0].CreateRevision;
        var owner = entered.Responses[1].ResponseRange.Kvs;
        if (owner.Count == 0 || owner[0].CreateRevision == createRevision)
            return new LockResponse { Header = entered.Header, Key = key };
        session.KeepAlive();
        await contest.WaitForTurnAsync(key, createRevision, calls.CancellationToken).ConfigureAwait(false);
        var own = await calls.CallAsync(EtcdMethods.Range, new RangeRequest { Key = key }, calls.CancellationToken)
            .ConfigureAwait(false);
        return own.Kvs.Count == 1 && own.Kvs[0].CreateRevision == createRevision
            ? new LockResponse { Header = own.Header, Key = key }
            : throw new RpcException(RpcStatusCode.Unknown, "mutex: session is expired");
    }

    private async ValueTask<UnlockResponse> UnlockAsync(UnlockRequest request, RpcServerContext context)
    {
        var delete = new DeleteRangeRequest { Key = request.Key };
        var deleted = await new StoreCalls(channel, context)
            .CallAsync(EtcdMethods.DeleteRange, delete, context.CancellationToken).ConfigureAwait(false);
        return new UnlockResponse { Header = deleted.Header };
    }
}
