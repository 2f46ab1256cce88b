using System.Threading.Channels;
using Divvy.Rpc;
using Divvy.Rpc.InProcess;

namespace Divvy.Client.Tests.Servers;

/// <summary>A server that a test plays: it takes streams, and the test reads and answers them.</summary>
internal sealed class FakeServer
{
    private readonly Channel<FakeRoutingStream> routings = System.Threading.Channels.Channel.CreateUnbounded<FakeRoutingStream>();
    private readonly RpcServices services = new();
    private int streams;

    /// <param name="sessions">Where session streams go; one channel may collect those of several servers.</param>
    public FakeServer(ChannelWriter<FakeSession>? sessions = null)
    {
        services.Duplex(ShardingMethods.Session, async (requests, responses, context) =>
        {
            Interlocked.Increment(ref streams);
            if (Refusal is { } refusal)
                throw refusal;
            var session = new FakeSession(requests, responses, context);
            sessions?.TryWrite(session);
            await session.Ended.WaitAsync(context.CancellationToken);
        });
        services.ServerStream(ShardingMethods.WatchRouting, async (request, responses, context) =>
        {
            Interlocked.Increment(ref streams);
            if (Refusal is { } refusal)
                throw refusal;
            var routing = new FakeRoutingStream(request, responses, context);
            routings.Writer.TryWrite(routing);
            await routing.Ended.WaitAsync(context.CancellationToken);
        });
        Channel = new InProcessChannel(services);
    }

    public IRpcChannel Channel { get; }

    /// <summary>What every stream is answered with, if set.</summary>
    public RpcException? Refusal { get; set; }

    public int Streams => Volatile.Read(ref streams);

    public Task<FakeRoutingStream> NextRoutingAsync() => Eventually.Get(routings.Reader, "a routing stream");
}
