using Google.Protobuf;

namespace Divvy.Rpc;

/// <summary>A bound method. Transports visit it to learn the message types (<see cref="Accept"/>).</summary>
public abstract class RpcHandler
{
    public abstract string Path { get; }

    public RpcCallType Type { get; init; } = RpcCallType.Duplex;

    /// <summary>The name of the service that the method belongs to.</summary>
    public abstract string Service { get; }

    /// <summary>The name of the method in its service.</summary>
    public abstract string Name { get; }

    /// <summary>Watches the calls; null: nobody does.</summary>
    internal IRpcMethodObserver? Observer { get; set; }

    public abstract TResult Accept<TResult>(IRpcHandlerVisitor<TResult> visitor);
}

/// <summary>A bound method with its types.</summary>
public sealed class RpcHandler<TRequest, TResponse>(
    RpcMethod<TRequest, TResponse> method,
    Func<IRpcReader<TRequest>, IRpcWriter<TResponse>, RpcServerContext, ValueTask> invoke) : RpcHandler
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    public override string Path => Method.Path;

    public override string Service => Method.Service;

    public override string Name => Method.Name;

    public RpcMethod<TRequest, TResponse> Method { get; } = method;

    public Func<IRpcReader<TRequest>, IRpcWriter<TResponse>, RpcServerContext, ValueTask> Invoke { get; } = invoke;

    /// <summary>The handler of a unary method, else null. A transport may call it in place of <see cref="Invoke"/>, and
    /// send the response and the status together.</summary>
    public Func<TRequest, RpcServerContext, ValueTask<TResponse>>? Unary { get; init; }

    public override TResult Accept<TResult>(IRpcHandlerVisitor<TResult> visitor) => visitor.Visit(this);
}

/// <summary>What a transport does with a handler whose message types it does not know at compile time.</summary>
public interface IRpcHandlerVisitor<out TResult>
{
    TResult Visit<TRequest, TResponse>(RpcHandler<TRequest, TResponse> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new();
}
