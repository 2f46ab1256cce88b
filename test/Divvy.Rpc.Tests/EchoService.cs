using System.Collections.Concurrent;
using Divvy.Rpc.Tests.Messages;

namespace Divvy.Rpc.Tests;

/// <summary>The test service, and a record of what its server saw.</summary>
internal sealed class EchoService
{
    public EchoService()
    {
        Services = new RpcServices
        {
            CallEnded = (method, code, _) => Ended.Enqueue((method, code)),
            HandlerFailed = (method, exception) => Failures.Enqueue((method, exception)),
        };
        Services.Unary(EchoMethods.Unary, UnaryAsync);
        Services.ServerStream(EchoMethods.ServerStream, ServerStreamAsync);
        Services.Duplex(EchoMethods.ClientStream, ClientStreamAsync);
        Services.Duplex(EchoMethods.Duplex, DuplexAsync);
        Services.Unary(EchoMethods.Fail, (request, _) =>
            throw new RpcException((RpcStatusCode)request.Count, request.Text));
        Services.Unary(EchoMethods.Hang, HangAsync);
    }

    public RpcServices Services { get; }

    public ConcurrentQueue<(string Method, RpcStatusCode Code)> Ended { get; } = new();

    public ConcurrentQueue<(string Method, Exception Exception)> Failures { get; } = new();

    /// <summary>Released once for each call of Hang that began.</summary>
    public SemaphoreSlim Hanging { get; } = new(0);

    /// <summary>Released once for each call of Hang that was cancelled.</summary>
    public SemaphoreSlim Released { get; } = new(0);

    public RpcMetadata? LastMetadata { get; private set; }

    public TimeSpan? LastTimeLeft { get; private set; }

    private async ValueTask<Pong> UnaryAsync(Ping request, RpcServerContext context)
    {
        LastMetadata = context.RequestMetadata;
        LastTimeLeft = context.TimeLeft;
        if (context.RequestMetadata.Get("echo") is { } value)
        {
            await context.WriteHeadersAsync(RpcMetadata.Empty.With("head", value)).ConfigureAwait(false);
            context.ResponseTrailers = RpcMetadata.Empty.With("tail", value).With("tail-bin", [0, 255, 7]);
        }

        return new Pong { Text = request.Text, Payload = request.Payload };
    }

    private static async ValueTask ServerStreamAsync(
        Ping request, IRpcWriter<Pong> responses, RpcServerContext context)
    {
        for (var number = 1; number <= request.Count; number++)
        {
            await responses.WriteAsync(
                new Pong { Text = request.Text, Payload = request.Payload, Number = number }).ConfigureAwait(false);
        }
    }

    private static async ValueTask ClientStreamAsync(
        IRpcReader<Ping> requests, IRpcWriter<Pong> responses, RpcServerContext context)
    {
        var (texts, count) = ("", 0);
        while (await requests.ReadAsync().ConfigureAwait(false) is { } request)
        {
            texts += request.Text;
            count++;
        }

        await responses.WriteAsync(new Pong { Text = texts, Number = count }).ConfigureAwait(false);
    }

    private static async ValueTask DuplexAsync(
        IRpcReader<Ping> requests, IRpcWriter<Pong> responses, RpcServerContext context)
    {
        while (await requests.ReadAsync(context.CancellationToken).ConfigureAwait(false) is { } request)
            await responses.WriteAsync(new Pong { Text = request.Text }).ConfigureAwait(false);
    }

    private async ValueTask<Pong> HangAsync(Ping request, RpcServerContext context)
    {
        Hanging.Release();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Released.Release();
        }

        return new Pong();
    }
}
