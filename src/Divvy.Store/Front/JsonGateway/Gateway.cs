using System.Collections.Frozen;
using Divvy.Rpc;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Divvy.Store.Front.JsonGateway;

/// <summary>
/// etcd's API as JSON over HTTP, for whoever has no gRPC: <c>POST /v3/kv/put</c> with
/// <c>{"key":"...","value":"..."}</c>.
/// The gateway of etcd 3.4 is generated from annotations in its protos (grpc-gateway 1.9, with golang/jsonpb); this one
/// is a table from paths to methods (<see cref="GatewayRoutes"/>) and a reader and writer of JSON that know messages by
/// their descriptors. What a client sees is the same: spelling, order and omission of fields, statuses, and the texts
/// of Go's libraries for requests that are wrong.
/// <para>A streaming method answers a line for each message. Its requests are the values in the body, sent on as they
/// arrive; the end of the body is the half-close.</para>
/// </summary>
internal sealed class Gateway : IRpcHandlerVisitor<GatewayEndpoint>
{
    private readonly IRpcChannel channel;
    private readonly int maxRequestBytes;
    private readonly Lazy<FrozenDictionary<string, GatewayEndpoint>> endpoints;

    /// <param name="services">The methods; those bound until the first request are served.</param>
    /// <param name="channel">The way to them.</param>
    /// <param name="maxRequestBytes">Largest JSON value of a body. A message is shorter than its JSON.</param>
    public Gateway(RpcServices services, IRpcChannel channel, int maxRequestBytes)
    {
        this.channel = channel;
        this.maxRequestBytes = maxRequestBytes;
        endpoints = new(() => GatewayRoutes.Methods
            .Where(route => services.Handlers.ContainsKey(route.Value))
            .ToFrozenDictionary(
                static route => route.Key,
                route => services.Handlers[route.Value].Accept(this),
                StringComparer.Ordinal));
    }

    public GatewayEndpoint Visit<TRequest, TResponse>(RpcHandler<TRequest, TResponse> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        new GatewayEndpoint<TRequest, TResponse>(channel, handler, maxRequestBytes);

    /// <summary>Answers a request whose path, without its prefix, is <paramref name="path"/>.</summary>
    public Task InvokeAsync(HttpContext http, string path)
    {
        if (!endpoints.Value.TryGetValue(path, out var endpoint))
            return PlainText.RefuseAsync(http.Response, StatusCodes.Status404NotFound, "Not Found");
        return HttpMethods.IsPost(http.Request.Method)
            ? endpoint.InvokeAsync(http)
            : PlainText.RefuseAsync(
                http.Response, StatusCodes.Status405MethodNotAllowed, PlainText.MethodNotAllowed);
    }
}
