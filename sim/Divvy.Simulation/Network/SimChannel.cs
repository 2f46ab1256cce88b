using Divvy.Rpc;
using Divvy.Simulation.World;
using Google.Protobuf;

namespace Divvy.Simulation.Network;

/// <summary>A channel from a process to whatever serves gRPC on a host, as a channel over HTTP/2 behaves: one
/// connection that all calls share, made when a call needs it and made anew after it broke. The handlers run behind
/// the production code's in-process channel, in the other process.</summary>
/// <param name="network">What it goes through.</param>
/// <param name="client">Whose it is.</param>
/// <param name="host">Where it leads.</param>
internal sealed class SimChannel(SimNetwork network, SimProcess client, string host) : IRpcChannel
{
    private static readonly TimeSpan connectWithin = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource disposed = new();
    private ClientConnection? connection;

    public string Target { get; } = $"http://{host}";

    /// <inheritdoc/>
    public RpcCall<TRequest, TResponse> Open<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var call = Make(method, options, cancellationToken);
        call.Start(only: null);
        return call;
    }

    /// <inheritdoc/>
    public ValueTask<RpcCall<TRequest, TResponse>> OpenAsync<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        TRequest request,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var call = Make(method, options, cancellationToken);
        call.Start(request.Clone());
        return ValueTask.FromResult<RpcCall<TRequest, TResponse>>(call);
    }

    public ValueTask DisposeAsync()
    {
        disposed.Cancel();
        connection?.Close();
        return default;
    }

    private SimCall<TRequest, TResponse> Make<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, RpcCallOptions? options, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        ObjectDisposedException.ThrowIf(disposed.IsCancellationRequested, this);
        if (connection is not { IsUsable: true })
            connection = new ClientConnection(network, client, host, connectWithin);
        return new SimCall<TRequest, TResponse>(
            network, connection, method, options ?? RpcCallOptions.Default, cancellationToken);
    }
}
