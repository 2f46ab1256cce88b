using Divvy.Rpc.InProcess;
using Divvy.Rpc.Tests.Messages;

namespace Divvy.Rpc.Tests.InProcess;

public sealed class InProcessChannelTests
{
    [Fact]
    public Task Unary_HandlerThatNeedNotWait_RunsOnTheCallersThreadToTheEnd() => Task.Run(async () =>
    {
        // Off the test's synchronization context, under which no continuation is ever inlined.
        var thread = 0;
        var services = new RpcServices().Unary(EchoMethods.Unary, (_, _) =>
        {
            thread = Environment.CurrentManagedThreadId;
            return new ValueTask<Pong>(new Pong());
        });
        await using var channel = new InProcessChannel(services);
        var caller = Environment.CurrentManagedThreadId;
        var call = channel.UnaryAsync(EchoMethods.Unary, new Ping());
        call.IsCompletedSuccessfully.ShouldBeTrue();
        thread.ShouldBe(caller);
        await call;
    });

    [Fact]
    public async Task Dispose_OfTheChannel_CancelsItsCallsOnly()
    {
        var service = new EchoService();
        await using var other = new InProcessChannel(service.Services);
        var channel = new InProcessChannel(service.Services);
        await using var kept = other.Open(EchoMethods.Duplex);
        var call = channel.UnaryAsync(EchoMethods.Hang, new Ping());
        await channel.DisposeAsync();
        (await Waiting.Failure(call, "the end of the call")).Code.ShouldBe(RpcStatusCode.Cancelled);
        await Waiting.For(service.Released, "the handler's cancellation");
        await Waiting.Until(() => service.Services.ActiveCalls == 1, "the end of one handler of two");
        Should.Throw<ObjectDisposedException>(() => channel.Open(EchoMethods.Unary));
    }

    [Fact]
    public async Task Read_GivenUpByTheHandler_TheCallGoesOn()
    {
        var services = new RpcServices().Duplex(EchoMethods.Duplex, async (requests, responses, _) =>
        {
            using var cancel = new CancellationTokenSource();
            var read = requests.ReadAsync(cancel.Token);
            await cancel.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(async () => await read);
            await responses.WriteAsync(new Pong { Text = "gave up" });
            var request = await requests.ReadAsync();
            await responses.WriteAsync(new Pong { Text = request!.Text });
        });
        await using var channel = new InProcessChannel(services);
        await using var call = channel.Open(EchoMethods.Duplex);
        (await call.ReadAsync())!.Text.ShouldBe("gave up");
        await call.WriteAsync(new Ping { Text = "late" });
        (await call.ReadAsync())!.Text.ShouldBe("late");
    }

    [Fact]
    public async Task Open_MethodBoundToOtherMessages_IsRefused()
    {
        await using var channel = new InProcessChannel(new EchoService().Services);
        var other = new RpcMethod<Pong, Ping>(EchoMethods.Unary.Service, EchoMethods.Unary.Name);
        Should.Throw<ArgumentException>(() => channel.Open(other));
    }
}
