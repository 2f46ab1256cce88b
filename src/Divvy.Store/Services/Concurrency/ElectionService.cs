using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Store.Services.Concurrency;

/// <summary>v3electionpb.Election.</summary>
internal sealed class ElectionService(IRpcChannel channel, TimeProvider timeProvider)
{
    public void MapTo(GatedServices services) => services
        .Unary(EtcdMethods.Campaign, CampaignAsync)
        .Unary(EtcdMethods.Proclaim, ProclaimAsync)
        .Unary(EtcdMethods.Leader, LeaderAsync)
        .ServerStream(EtcdMethods.Observe, ObserveAsync)
        .Unary(EtcdMethods.Resign, ResignAsync);

    private async ValueTask<CampaignResponse> CampaignAsync(CampaignRequest request, RpcServerContext context)
    {
        var calls = new StoreCalls(channel, context);
        var session = await LeaseSession.OpenAsync(channel, calls, request.Lease, timeProvider).ConfigureAwait(false);
        await using var owned = session.ConfigureAwait(false);
        var contest = new Contest(calls, request.Name);
        var leader = new LeaderKey { Name = request.Name, Key = contest.KeyOf(session.Lease), Lease = session.Lease };
        var entered = await contest.EnterAsync(leader.Key, request.Value, session.Lease).ConfigureAwait(false);
        leader.Rev = entered.Header.Revision;
        if (!entered.Succeeded)
        {
            // The contender was in the queue already, perhaps with another value.
            var own = entered.Responses[0].ResponseRange.Kvs[0];
            leader.Rev = own.CreateRevision;
            if (own.Value != request.Value)
                await ProclaimAsync(calls, leader, request.Value).ConfigureAwait(false);
        }
        session.KeepAlive();
        await contest.WaitForTurnAsync(leader.Key, leader.Rev, calls.CancellationToken).ConfigureAwait(false);
        return new CampaignResponse { Header = entered.Header, Leader = leader };
    }

    private async ValueTask<ProclaimResponse> ProclaimAsync(ProclaimRequest request, RpcServerContext context)
    {
        var leader = request.Leader ?? throw MissingLeader();
        var calls = new StoreCalls(channel, context);
        return new ProclaimResponse
        {
            Header = await ProclaimAsync(calls, leader, request.Value).ConfigureAwait(false),
        };
    }

    private async ValueTask<LeaderResponse> LeaderAsync(LeaderRequest request, RpcServerContext context)
    {
        var calls = new StoreCalls(channel, context);
        var owner = new Contest(calls, request.Name).Owner();
        var response = await calls.CallAsync(EtcdMethods.Range, owner, context.CancellationToken).ConfigureAwait(false);
        return response.Kvs.Count > 0
            ? new LeaderResponse { Header = response.Header, Kv = response.Kvs[0] }
            : throw new RpcException(RpcStatusCode.Unknown, "election: no leader");
    }

    /// <summary>Tells who leads, and what it proclaims, from now on. A leadership that came and went between two looks
    /// may be left out.</summary>
    private async ValueTask ObserveAsync(
        LeaderRequest request, IRpcWriter<LeaderResponse> responses, RpcServerContext context)
    {
        var calls = new StoreCalls(channel, context);
        var contest = new Contest(calls, request.Name);
        while (true)
        {
            var leader = await CurrentOrNextAsync(calls, contest).ConfigureAwait(false);
            await responses.WriteAsync(leader, context.CancellationToken).ConfigureAwait(false);
            await FollowAsync(calls, leader, responses).ConfigureAwait(false);
        }
    }

    private async ValueTask<ResignResponse> ResignAsync(ResignRequest request, RpcServerContext context)
    {
        var leader = request.Leader ?? throw MissingLeader();
        var txn = new TxnRequest
        {
            Compare = { Contest.IsCreatedAt(leader.Key, leader.Rev) },
            Success = { new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = leader.Key } } },
        };
        var response = await new StoreCalls(channel, context)
            .CallAsync(EtcdMethods.Txn, txn, context.CancellationToken).ConfigureAwait(false);
        return new ResignResponse { Header = response.Header };
    }

    private static async ValueTask<ResponseHeader> ProclaimAsync(StoreCalls calls, LeaderKey leader, ByteString value)
    {
        var put = new PutRequest { Key = leader.Key, Value = value, Lease = leader.Lease };
        var txn = new TxnRequest
        {
            Compare = { Contest.IsCreatedAt(leader.Key, leader.Rev) },
            Success = { new RequestOp { RequestPut = put } },
        };
        var response = await calls.CallAsync(EtcdMethods.Txn, txn, calls.CancellationToken).ConfigureAwait(false);
        return response.Succeeded
            ? response.Header
            : throw new RpcException(RpcStatusCode.Unknown, "election: not leader");
    }

    /// <summary>The leader, or the first that there will be.</summary>
    private static async ValueTask<LeaderResponse> CurrentOrNextAsync(StoreCalls calls, Contest contest)
    {
        var range = await calls.CallAsync(EtcdMethods.Range, contest.Owner(), calls.CancellationToken)
            .ConfigureAwait(false);
        if (range.Kvs.Count > 0)
            return new LeaderResponse { Header = range.Header, Kv = range.Kvs[0] };
        var watch = new WatchCreateRequest
        {
            Key = contest.Prefix,
            RangeEnd = contest.End,
            StartRevision = range.Header.Revision,
            Filters = { WatchCreateRequest.Types.FilterType.Nodelete },
        };
        await foreach (var (change, header) in calls.WatchAsync(watch, calls.CancellationToken).ConfigureAwait(false))
        {
            header.Revision = change.Kv.ModRevision;
            return new LeaderResponse { Header = header, Kv = change.Kv };
        }
        throw ClosedEarly();
    }

    /// <summary>Passes on what a leader proclaims until its key is gone.</summary>
    private static async ValueTask FollowAsync(
        StoreCalls calls, LeaderResponse leader, IRpcWriter<LeaderResponse> responses)
    {
        var watch = new WatchCreateRequest { Key = leader.Kv.Key, StartRevision = leader.Header.Revision + 1 };
        await foreach (var (change, header) in calls.WatchAsync(watch, calls.CancellationToken).ConfigureAwait(false))
        {
            if (change.Type == Event.Types.EventType.Delete)
                return;
            var news = new LeaderResponse { Header = header, Kv = change.Kv };
            await responses.WriteAsync(news, calls.CancellationToken).ConfigureAwait(false);
        }
        throw ClosedEarly();
    }

    private static RpcException MissingLeader() =>
        new(RpcStatusCode.Unknown, "\"leader\" field must be provided");

    private static RpcException ClosedEarly() => new(RpcStatusCode.Unknown, "election: observe closed early");
}
