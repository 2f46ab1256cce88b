using Divvy.Rpc;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Divvy.Store.Front.JsonGateway;

/// <summary>One method as JSON over HTTP.</summary>
internal abstract class GatewayEndpoint
{
    public abstract Task InvokeAsync(HttpContext http);
}

/// <summary>One method as JSON over HTTP, with its types. The call goes through a channel into this process, so that
/// it is one call among the others to the handler, to limits and to metrics.</summary>
internal sealed class GatewayEndpoint<TRequest, TResponse>(
    IRpcChannel channel, RpcHandler<TRequest, TResponse> handler, int maxRequestBytes) : GatewayEndpoint
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    public override async Task InvokeAsync(HttpContext http)
    {
        // A body may be the requests of a watch, which come when they come.
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        var body = new RequestBody(http.Request.BodyReader, maxRequestBytes);
        var response = new GatewayResponse(http.Response);
        try
        {
            if (handler.Type == RpcCallType.Unary)
                await AnswerOnceAsync(body, response, http).ConfigureAwait(false);
            else
                await StreamAsync(body, response, http).ConfigureAwait(false);
        }
        catch (RpcException error)
        {
            await response.FailAsync(error).ConfigureAwait(false);
        }
        catch (Exception gone) when (http.RequestAborted.IsCancellationRequested
            && gone is OperationCanceledException or IOException)
        {
            // Nobody is there to be answered.
        }
    }

    private async Task AnswerOnceAsync(RequestBody body, GatewayResponse response, HttpContext http)
    {
        var request = await ReadAsync(body, RpcStatusCode.InvalidArgument, http.RequestAborted).ConfigureAwait(false);
        var answer = await channel
            .UnaryAsync(handler.Method, request ?? new TRequest(), Options(http), http.RequestAborted)
            .ConfigureAwait(false);
        await response.AnswerAsync(answer).ConfigureAwait(false);
    }

    private async Task StreamAsync(RequestBody body, GatewayResponse response, HttpContext http)
    {
        var isDuplex = handler.Type == RpcCallType.Duplex;
        var badRequest = isDuplex ? RpcStatusCode.Unknown : RpcStatusCode.InvalidArgument;
        var first = await ReadAsync(body, badRequest, http.RequestAborted).ConfigureAwait(false);
        var call = channel.Open(handler.Method, Options(http), http.RequestAborted);
        await using var owned = call.ConfigureAwait(false);
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var sending = isDuplex
            ? SendAsync(call, first, body, answered.Token)
            : SendAsync(call, first ?? new TRequest(), null, answered.Token);
        try
        {
            response.BeginStream();
            while (await call.ReadAsync(http.RequestAborted).ConfigureAwait(false) is { } message)
                await response.WriteAsync(message, http.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            await answered.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(false);
        }
    }

    /// <summary>Sends the requests, until the body ends or is no JSON any more, which is as good an end as any once
    /// answers have begun.</summary>
    private static async Task SendAsync(
        RpcCall<TRequest, TResponse> call, TRequest? first, RequestBody? more, CancellationToken cancellationToken)
    {
        try
        {
            for (var next = first; next is not null;)
            {
                await call.WriteAsync(next, cancellationToken).ConfigureAwait(false);
                next = more is null ? null : await more.ReadAsync<TRequest>(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception ended) when (ended is RpcException or GatewayException or OperationCanceledException
            or IOException)
        {
            // How the call ended is for its reader to see.
        }
        try
        {
            await call.CompleteAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // As above.
        }
    }

    private static async ValueTask<TRequest?> ReadAsync(
        RequestBody body, RpcStatusCode badRequest, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync<TRequest>(cancellationToken).ConfigureAwait(false);
        }
        catch (GatewayException error)
        {
            throw error.ToRpcException(badRequest);
        }
    }

    /// <summary>The token of a user comes as it is, without a scheme before it.</summary>
    private static RpcCallOptions Options(HttpContext http)
    {
        var authorization = http.Request.Headers.Authorization;
        return authorization.Count == 0
            ? RpcCallOptions.Default
            : new RpcCallOptions { Metadata = RpcMetadata.Empty.With("token", authorization[0] ?? "") };
    }
}
