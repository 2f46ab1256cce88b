using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Spreads calls over the members of a cluster: each goes to the next member. A stream, and a call that is
/// answered by what one member holds, goes to the one that was asked last, which has seen what came before: as with
/// etcd, the others may still be behind.</summary>
public sealed class SpreadChannel(IReadOnlyList<IRpcChannel> members) : IRpcChannel
{
    private static readonly HashSet<string> answeredByOne =
    [
        EtcdMethods.LeaseLeases.Path, EtcdMethods.Status.Path, EtcdMethods.MemberList.Path, EtcdMethods.Hash.Path,
        EtcdMethods.HashKV.Path, EtcdMethods.Snapshot.Path, EtcdMethods.Defragment.Path,
        EtcdMethods.MoveLeader.Path,
    ];

    private int calls;

    public string Target => string.Join(',', members.Select(member => member.Target));

    private IRpcChannel Last => members[calls % members.Count];

    public RpcCall<TRequest, TResponse> Open<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        Last.Open(method, options, cancellationToken);

    public ValueTask<RpcCall<TRequest, TResponse>> OpenAsync<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        TRequest request,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        if (!answeredByOne.Contains(method.Path) && request is not RangeRequest { Serializable: true })
            calls++;
        return Last.OpenAsync(method, request, options, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in members)
            await member.DisposeAsync();
    }
}
