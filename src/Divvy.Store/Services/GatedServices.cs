using Divvy.Rpc;
using Google.Protobuf;

namespace Divvy.Store.Services;

/// <summary>Binds methods behind the <see cref="MemberGate"/>.</summary>
internal sealed class GatedServices(RpcServices services, MemberGate gate)
{
    public GatedServices Unary<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, Func<TRequest, RpcServerContext, ValueTask<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        services.Unary(
            method,
            (request, context) => gate.Refuse(context, MemberGate.IsForLearners(request)) is { } refusal
                ? ValueTask.FromException<TResponse>(refusal)
                : handler(request, context));
        return this;
    }

    public GatedServices ServerStream<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        Func<TRequest, IRpcWriter<TResponse>, RpcServerContext, ValueTask> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        services.ServerStream(
            method,
            (request, responses, context) => gate.Refuse(context, MemberGate.IsForLearners(request)) is { } refusal
                ? ValueTask.FromException(refusal)
                : handler(request, responses, context));
        return this;
    }

    public GatedServices Duplex<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        Func<IRpcReader<TRequest>, IRpcWriter<TResponse>, RpcServerContext, ValueTask> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        services.Duplex(
            method,
            (requests, responses, context) =>
            {
                if (gate.Refuse(context, isForLearners: false) is { } refusal)
                    return ValueTask.FromException(refusal);
                if (MemberGate.NeedsLeader(context))
                    requests = new LeaderBoundReader<TRequest>(requests, gate.LeaderLost);
                return handler(requests, responses, context);
            });
        return this;
    }
}
