using Divvy.Client.Etcd;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.TestKit;
using static Divvy.Client.Tests.Etcd.TestClients;

namespace Divvy.Client.Tests.Etcd;

/// <summary>What the client does about failures, attempt by attempt, in virtual time.</summary>
public sealed class EtcdClientRetryTests
{
    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task PutAsync_ConnectionBroke_IsNotRepeated()
    {
        var channel = Failing(_ => new RpcException(RpcStatusCode.Unavailable, "connection reset"));
        await using var client = Client(channel);

        var failure = await Should.ThrowAsync<EtcdException>(
            client.PutAsync("a", Bytes("1")).OrTimeout("the failure of the put"));

        (failure.OutcomeUnknown, channel.Calls).ShouldBe((true, 1));
    }

    [Fact]
    public async Task PutAsync_NeverSent_IsRepeatedWithGrowingPausesUntilTheTimeout()
    {
        var channel = Failing(_ => new RpcException(RpcStatusCode.Unavailable, "refused") { NeverSent = true });
        await using var client = Client(channel);

        var put = client.PutAsync("a", Bytes("1"));
        List<TimeSpan> pauses = [];
        while (!put.IsCompleted)
        {
            var pause = TimeSpan.Zero;
            await Task.WhenAny(put, time.WaitForTimerAsync(left => (pause = left) >= TimeSpan.Zero, "a pause"));
            if (put.IsCompleted)
                break;
            pauses.Add(pause);
            time.Advance(pause);
        }

        var failure = await Should.ThrowAsync<EtcdException>(put);
        failure.OutcomeUnknown.ShouldBeFalse();
        failure.Message.ShouldContain($"scripted ({channel.Calls} attempts, last: Unavailable: refused)");
        // Not to the last moment: an attempt without time left would make an unknown outcome of a known one.
        time.Elapsed.ShouldBe(TimeSpan.FromSeconds(4.9));
        pauses.Count.ShouldBeInRange(8, 16);
        pauses[0].ShouldBeInRange(TimeSpan.FromMilliseconds(25), TimeSpan.FromMilliseconds(50));
        pauses.Max().ShouldBeInRange(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task PutAsync_NoLeaderThenOne_IsRepeated()
    {
        var channel = Failing(call => call < 3
            ? new RpcException(RpcStatusCode.Unavailable, "etcdserver: no leader")
            : null);
        await using var client = Client(channel);

        var put = client.PutAsync("a", Bytes("1"));
        for (var i = 0; i < 2; i++)
        {
            await time.WaitForTimerAsync(_ => true, "the pause after a refusal");
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        (await put.OrTimeout("the put")).ShouldBe(7);
        channel.Calls.ShouldBe(3);
    }

    [Fact]
    public async Task PutAsync_SecondEndpointWorks_GoesThereWithoutAPauseAndStays()
    {
        var dead = Failing(_ => new RpcException(RpcStatusCode.Unavailable, "refused") { NeverSent = true }, "dead");
        var good = Failing(_ => null, "good");
        await using var client = Client(dead, good);

        await client.PutAsync("a", Bytes("1")).OrTimeout("the put");
        await client.PutAsync("a", Bytes("2")).OrTimeout("the second put");

        (dead.Calls, good.Calls).ShouldBe((1, 2));
    }

    [Fact]
    public async Task GetAsync_ConnectionBroke_IsRepeated()
    {
        var attempts = 0;
        var channel = new ScriptedChannel().On(EtcdMethods.Range, (_, _) => ++attempts == 1
            ? throw new RpcException(RpcStatusCode.Unavailable, "connection reset")
            : Task.FromResult(new RangeResponse { Header = new ResponseHeader { Revision = 7 } }));
        await using var client = Client(channel);

        var read = client.GetAsync(EtcdRange.Key("a"));
        await time.WaitForTimerAsync(_ => true, "the pause after the failure");
        time.Advance(TimeSpan.FromMilliseconds(50));

        (await read.OrTimeout("the read")).Revision.ShouldBe(7);
    }

    [Fact]
    public async Task GetAsync_SeveralEndpoints_LeavesTimeForTheNext()
    {
        List<TimeSpan?> limits = [];
        ScriptedChannel Slow(string name) => new ScriptedChannel(name).On(EtcdMethods.Range, (_, options) =>
        {
            limits.Add(options.Timeout);
            time.Advance(options.Timeout!.Value);
            throw new RpcException(RpcStatusCode.DeadlineExceeded, "frozen");
        });
        await using var client = Client(Slow("a"), Slow("b"));

        var failure = await Should.ThrowAsync<EtcdException>(client.GetAsync(EtcdRange.Key("k")));

        limits.ShouldBe([TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(2.5)]);
        failure.OutcomeUnknown.ShouldBeFalse();
        failure.Message.ShouldContain("a (1 attempts");
        failure.Message.ShouldContain("b (1 attempts");
    }

    [Fact]
    public async Task RevokeAsync_ConnectionBroke_IsRepeatedAndMissingIsSuccess()
    {
        var attempts = 0;
        var channel = new ScriptedChannel().On<LeaseRevokeRequest, LeaseRevokeResponse>(
            EtcdMethods.LeaseRevoke,
            (_, _) => throw (++attempts == 1
                ? new RpcException(RpcStatusCode.Unavailable, "connection reset")
                : new RpcException(RpcStatusCode.NotFound, "etcdserver: requested lease not found")));
        await using var client = Client(channel);

        var revoke = client.RevokeAsync(1);
        await time.WaitForTimerAsync(_ => true, "the pause after the failure");
        time.Advance(TimeSpan.FromMilliseconds(50));

        await revoke.WaitAsync(Patience);
        attempts.ShouldBe(2);
    }

    [Fact]
    public async Task PutAsync_CallerCancels_ThrowsCancellation()
    {
        using var stop = new CancellationTokenSource();
        var channel = new ScriptedChannel().On(
            EtcdMethods.Put, (_, _) => new TaskCompletionSource<PutResponse>().Task);
        await using var client = Client(channel);

        var put = client.PutAsync("a", Bytes("1"), cancellationToken: stop.Token);
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(put);
    }

    [Fact]
    public async Task TxnAsync_WritesAndReads_CarryThatTheyNeedALeader()
    {
        List<string?> needed = [];
        var channel = new ScriptedChannel()
            .On(EtcdMethods.Txn, (_, options) =>
            {
                needed.Add(options.Metadata.Get("hasleader"));
                return Task.FromResult(new TxnResponse());
            })
            .On(EtcdMethods.Range, (_, options) =>
            {
                needed.Add(options.Metadata.Get("hasleader"));
                return Task.FromResult(new RangeResponse());
            });
        await using var client = Client(channel);

        await client.TxnAsync(EtcdTxn.If().Then(EtcdOp.Put("a", "1")));
        await client.GetAsync(EtcdRange.Key("a"));
        await client.GetAsync(EtcdRange.Key("a"), new GetOptions { Serializable = true });

        needed.ShouldBe(["true", "true", null]);
    }

    [Fact]
    public void Construction_WrongOptions_ListsEverything()
    {
        var failure = Should.Throw<ArgumentException>(() => new EtcdClient(new EtcdClientOptions
        {
            Endpoints = [],
            Timeout = TimeSpan.Zero,
            Password = "secret",
        }));

        failure.Message.ShouldContain("Endpoints is empty");
        failure.Message.ShouldContain("Timeout is 00:00:00");
        failure.Message.ShouldContain("without a User");
    }

    private static ScriptedChannel Failing(Func<int, RpcException?> failure, string target = "scripted")
    {
        var number = 0;
        return new ScriptedChannel(target).On(EtcdMethods.Put, (_, _) => failure(++number) is { } thrown
            ? throw thrown
            : Task.FromResult(new PutResponse { Header = new ResponseHeader { Revision = 7 } }));
    }

    private EtcdClient Client(params ScriptedChannel[] channels) => new(
        new EtcdClientOptions
        {
            Endpoints = [.. channels.Select((_, index) => new Uri($"http://endpoint-{index}:1"))],
            Channels = endpoint => channels[int.Parse(endpoint.Host.Split('-')[1])],
        },
        time);
}
