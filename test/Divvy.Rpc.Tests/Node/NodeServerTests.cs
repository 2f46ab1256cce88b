using Divvy.Rpc.Client;
using Divvy.Rpc.Tests.Messages;
using Divvy.TestKit;
using Divvy.TestKit.Node;
using Google.Protobuf;

namespace Divvy.Rpc.Tests.Node;

/// <summary>The client of this project calls the server of grpc-js.</summary>
public sealed class NodeServerTests
{
    private static readonly NodeProject project = new("node");

    [NodeFact]
    public async Task Unary_PayloadAndMetadata_GoBothWays()
    {
        await using var node = await project.StartAsync("server.js");
        await using var channel = await ConnectAsync(node);
        var payload = ByteString.CopyFrom(new byte[3_000_000]);
        (await channel.UnaryAsync(EchoMethods.Unary, new Ping { Text = "grüezi", Payload = payload }))
            .ShouldBe(new Pong { Text = "grüezi", Payload = payload });

        var metadata = RpcMetadata.Empty.With("echo", "a value").With("raw-bin", [1, 2, 3, 4]);
        await using var call = channel.Open(EchoMethods.Unary, new() { Metadata = metadata });
        await call.WriteAsync(new Ping());
        await call.CompleteAsync();
        (await call.ResponseHeadersAsync()).Get("head").ShouldBe("a value");
        (await call.ReadAsync()).ShouldNotBeNull();
        (await call.ReadAsync()).ShouldBeNull();
        call.Trailers.Get("tail").ShouldBe("a value");
        call.Trailers.GetBytes("tail-bin").ShouldBe([0, 255, 7]);
        call.Trailers.GetBytes("raw-bin").ShouldBe([1, 2, 3, 4]);
    }

    [NodeFact]
    public async Task Streams_AllShapes_Work()
    {
        await using var node = await project.StartAsync("server.js");
        await using var channel = await ConnectAsync(node);
        var numbers = new List<int>();
        var many = new Ping { Count = 1000, Payload = ByteString.CopyFrom(new byte[1000]) };
        await foreach (var answer in channel.ServerStreamAsync(EchoMethods.ServerStream, many))
            numbers.Add(answer.Number);
        numbers.ShouldBe(Enumerable.Range(1, 1000));

        await using var upload = channel.Open(EchoMethods.ClientStream);
        for (var i = 0; i < 100; i++)
            await upload.WriteAsync(new Ping { Text = "x" });
        await upload.CompleteAsync();
        (await upload.ReadAsync())!.Number.ShouldBe(100);
        (await upload.ReadAsync()).ShouldBeNull();

        await using var duplex = channel.Open(EchoMethods.Duplex);
        for (var i = 0; i < 50; i++)
        {
            await duplex.WriteAsync(new Ping { Text = $"{i}" });
            (await duplex.ReadAsync())!.Text.ShouldBe($"{i}");
        }

        await duplex.CompleteAsync();
        (await duplex.ReadAsync()).ShouldBeNull();
    }

    [NodeFact]
    public async Task Failures_StatusAndText_Arrive()
    {
        await using var node = await project.StartAsync("server.js");
        await using var channel = await ConnectAsync(node);
        const string Text = "no such key: ä 100%\n";
        var failure = await Waiting.Failure(
            channel.UnaryAsync(EchoMethods.Fail, new Ping { Count = 5, Text = Text }), "the status");
        failure.Code.ShouldBe(RpcStatusCode.NotFound);
        failure.Detail.ShouldBe(Text);
        (await Waiting.Failure(channel.UnaryAsync(EchoMethods.Unbound, new Ping()), "the status"))
            .Code.ShouldBe(RpcStatusCode.Unimplemented);
    }

    [NodeFact]
    public async Task Deadline_AndCancellation_ReachTheServer()
    {
        await using var node = await project.StartAsync("server.js");
        var time = new ManualTimeProvider();
        await using var channel = await ConnectAsync(node, new() { TimeProvider = time });
        var options = new RpcCallOptions { Timeout = TimeSpan.FromHours(1) };
        var call = channel.UnaryAsync(EchoMethods.Hang, new Ping(), options);
        var line = await node.WaitForLineAsync(text => text.StartsWith("HANGING"), "the handler's start");
        int.Parse(line.Split(' ')[1]).ShouldBeInRange(3_000, 3_600);
        time.Advance(TimeSpan.FromHours(1));
        (await Waiting.Failure(call, "the deadline")).Code.ShouldBe(RpcStatusCode.DeadlineExceeded);
        await node.WaitForLineAsync(text => text == "CANCELLED", "the handler's cancellation");
    }

    private static async Task<HttpChannel> ConnectAsync(ChildProcess node, HttpChannelOptions? options = null)
    {
        var line = await node.WaitForLineAsync(text => text.StartsWith("LISTENING"), "the port of the server");
        return new HttpChannel(new Uri($"http://127.0.0.1:{line.Split(' ')[1]}"), options);
    }
}
