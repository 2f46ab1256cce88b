using System.Runtime.CompilerServices;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Store.Services.Concurrency;

/// <summary>The store as a client inside its process sees it, with the rights of the caller on whose behalf it is
/// used.</summary>
internal sealed class StoreCalls(IRpcChannel channel, RpcServerContext caller)
{
    private const string TokenName = "token";
    private const string AuthorizationName = "authorization";

    private readonly RpcCallOptions options =
        (caller.FindMetadata(TokenName) ?? caller.FindMetadata(AuthorizationName)) is { } token
        ? new RpcCallOptions { Metadata = RpcMetadata.Empty.With(TokenName, token) }
        : RpcCallOptions.Default;

    public CancellationToken CancellationToken => caller.CancellationToken;

    /// <summary>Calls a method of the store.
    /// <exception cref="RpcException">It refused. As with etcd, whose locks and elections call the store through a
    /// client that keeps the text of a refusal alone, the code is Unknown; but what may be tried again stays
    /// Unavailable.</exception></summary>
    public async ValueTask<TResponse> CallAsync<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, TRequest request, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        try
        {
            return await channel.UnaryAsync(method, request, options, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException refusal) when (refusal.Code != RpcStatusCode.Unavailable)
        {
            throw new RpcException(RpcStatusCode.Unknown, refusal.Detail, inner: refusal);
        }
    }

    /// <summary>The events of a key or, with an end, of a range, from a revision on.
    /// <exception cref="RpcException">The watch was refused, or its start is compacted.</exception></summary>
    public async IAsyncEnumerable<(Event Event, ResponseHeader Header)> WatchAsync(
        WatchCreateRequest create, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = channel.Open(EtcdMethods.Watch, options, cancellationToken);
        await using var owned = call.ConfigureAwait(false);
        await call.WriteAsync(new WatchRequest { CreateRequest = create }, cancellationToken).ConfigureAwait(false);
        while (await call.ReadAsync(cancellationToken).ConfigureAwait(false) is { } response)
        {
            if (response.Canceled)
                throw Refused(response);
            foreach (var change in response.Events)
                yield return (change, response.Header);
        }
    }

    private static RpcException Refused(WatchResponse response) => response.CompactRevision > 0
        ? new RpcException(RpcStatusCode.Unknown, "etcdserver: mvcc: required revision has been compacted")
        : new RpcException(RpcStatusCode.Unknown, response.CancelReason);
}
