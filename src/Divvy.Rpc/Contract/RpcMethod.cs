using Google.Protobuf;

namespace Divvy.Rpc;

/// <summary>One method of a service: its path and the messages it carries. The same object serves the client, which
/// opens calls on it, and the server, which binds a handler to it.</summary>
public sealed class RpcMethod<TRequest, TResponse>
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    public RpcMethod(string service, string name)
    {
        Service = service;
        Name = name;
        Path = $"/{service}/{name}";
    }

    /// <summary>Full service name, for example <c>etcdserverpb.KV</c>.</summary>
    public string Service { get; }

    public string Name { get; }

    /// <summary>The <c>:path</c> of the call.</summary>
    public string Path { get; }

    public MessageParser<TRequest> RequestParser { get; } = new(static () => new TRequest());

    public MessageParser<TResponse> ResponseParser { get; } = new(static () => new TResponse());

    public override string ToString() => Path;
}
