using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Divvy.Rpc;

/// <summary>The call shapes of gRPC on top of <see cref="IRpcChannel.Open"/>.</summary>
public static class RpcChannelExtensions
{
    /// <summary>One request, one response.
    /// <exception cref="RpcException">Any status but OK; <see cref="RpcStatusCode.Internal"/> when OK came without a
    /// response.</exception></summary>
    public static async ValueTask<TResponse> UnaryAsync<TRequest, TResponse>(
        this IRpcChannel channel,
        RpcMethod<TRequest, TResponse> method,
        TRequest request,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var call = await channel.OpenAsync(method, request, options, cancellationToken).ConfigureAwait(false);
        await using var owned = call.ConfigureAwait(false);
        var response = await call.ReadAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new RpcException(RpcStatusCode.Internal, $"{method.Path} ended with OK but without a response");
        if (await call.ReadAsync(cancellationToken).ConfigureAwait(false) is not null)
            throw new RpcException(RpcStatusCode.Internal, $"{method.Path} answered a unary call more than once");
        return response;
    }

    /// <summary>One request, a stream of responses.</summary>
    public static async IAsyncEnumerable<TResponse> ServerStreamAsync<TRequest, TResponse>(
        this IRpcChannel channel,
        RpcMethod<TRequest, TResponse> method,
        TRequest request,
        RpcCallOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var call = await channel.OpenAsync(method, request, options, cancellationToken).ConfigureAwait(false);
        await using var owned = call.ConfigureAwait(false);
        while (await call.ReadAsync(cancellationToken).ConfigureAwait(false) is { } response)
            yield return response;
    }
}
