using Divvy.Rpc;
using Google.Protobuf;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Sends a token with every call.</summary>
public sealed class TokenChannel(IRpcChannel inner, string token) : IRpcChannel
{
    public string Target => inner.Target;

    public RpcCall<TRequest, TResponse> Open<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        inner.Open(method, WithToken(options), cancellationToken);

    public ValueTask<RpcCall<TRequest, TResponse>> OpenAsync<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        TRequest request,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        inner.OpenAsync(method, request, WithToken(options), cancellationToken);

    /// <summary>The channel underneath is another's.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private RpcCallOptions WithToken(RpcCallOptions? options)
    {
        options ??= RpcCallOptions.Default;
        return options with { Metadata = options.Metadata.With("token", token) };
    }
}
