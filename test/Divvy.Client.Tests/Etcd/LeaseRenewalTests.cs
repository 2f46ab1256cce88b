using System.Threading.Channels;
using Divvy.Client.Etcd;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.TestKit;

namespace Divvy.Client.Tests.Etcd;

/// <summary>The shared stream of renewals, and the keeper of one lease, in virtual time.</summary>
public sealed class LeaseRenewalTests
{
    private static readonly TimeSpan ttl = TimeSpan.FromSeconds(9);

    private readonly ManualTimeProvider time = new();
    private readonly Channel<Stream> streams = Channel.CreateUnbounded<Stream>();

    [Fact]
    public async Task KeepAliveOnceAsync_SeveralLeases_ShareOneStreamAndMatchByIdInOrder()
    {
        await using var client = Client();
        var first = client.KeepAliveOnceAsync(1);
        var stream = await NextStreamAsync();
        (await stream.NextRequestAsync()).ShouldBe(1);
        var other = client.KeepAliveOnceAsync(2);
        (await stream.NextRequestAsync()).ShouldBe(2);
        var second = client.KeepAliveOnceAsync(1);
        (await stream.NextRequestAsync()).ShouldBe(1);

        await stream.AnswerAsync(2, 20);
        await stream.AnswerAsync(1, 11);
        await stream.AnswerAsync(1, 0);

        (await other.OrTimeout("lease 2")).ShouldBe(TimeSpan.FromSeconds(20));
        (await first.OrTimeout("lease 1")).ShouldBe(TimeSpan.FromSeconds(11));
        (await second.OrTimeout("lease 1 again")).ShouldBeNull();
    }

    [Fact]
    public async Task KeepAliveOnceAsync_EarlierCallerGaveUp_ItsLateAnswerIsNotTakenForTheLaterCallers()
    {
        await using var client = Client();
        using var stop = new CancellationTokenSource();
        var gaveUp = client.KeepAliveOnceAsync(1, stop.Token);
        var stream = await NextStreamAsync();
        await stream.NextRequestAsync();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(gaveUp);

        var later = client.KeepAliveOnceAsync(1);
        await stream.NextRequestAsync();
        await stream.AnswerAsync(1, 99);
        await stream.AnswerAsync(1, 7);

        (await later.OrTimeout("the later renewal")).ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task KeepAliveOnceAsync_StreamBreaks_SendsAgainOnAnother()
    {
        await using var client = Client();
        var renewal = client.KeepAliveOnceAsync(1);
        var broken = await NextStreamAsync();
        await broken.NextRequestAsync();

        broken.Break();
        await time.WaitForTimerAsync(left => left <= TimeSpan.FromMilliseconds(50), "the pause before the next stream");
        time.Advance(TimeSpan.FromMilliseconds(50));
        var next = await NextStreamAsync();
        (await next.NextRequestAsync()).ShouldBe(1);
        await next.AnswerAsync(1, 9);

        (await renewal.OrTimeout("the renewal on the second stream")).ShouldBe(ttl);
    }

    [Fact]
    public async Task KeepAliveOnceAsync_NoAnswer_ThrowsAnUnknownOutcomeAndOpensAnotherStreamNext()
    {
        await using var client = Client();
        var silent = client.KeepAliveOnceAsync(1);
        await (await NextStreamAsync()).NextRequestAsync();

        await time.WaitForTimerAsync(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(5));

        (await Should.ThrowAsync<EtcdException>(silent)).OutcomeUnknown.ShouldBeTrue();
        var next = client.KeepAliveOnceAsync(1);
        var stream = await NextStreamAsync();
        await stream.NextRequestAsync();
        await stream.AnswerAsync(1, 9);
        (await next.OrTimeout("the renewal on the second stream")).ShouldBe(ttl);
    }

    [Fact]
    public async Task LeaseKeeper_Answered_RenewsAtAThirdAndStaysAlive()
    {
        await using var client = Client();
        var keeper = await LeaseKeeper.GrantAsync(client, ttl, time);
        Stream? stream = null;
        for (var i = 0; i < 10; i++)
        {
            await time.WaitForTimerAsync(ttl / 3);
            time.Advance(ttl / 3);
            stream ??= await NextStreamAsync();
            await stream.NextRequestAsync();
            await stream.AnswerAsync(keeper.LeaseId, 9);
        }

        keeper.IsAlive.ShouldBeTrue();
        await keeper.DisposeAsync();
        keeper.Lost.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task LeaseKeeper_NoAnswer_IsLostAtTheDeadlineCountedFromTheLastSend()
    {
        await using var client = Client();
        await using var keeper = await LeaseKeeper.GrantAsync(client, ttl, time);
        await time.WaitForTimerAsync(ttl / 3);
        time.Advance(ttl / 3);
        var stream = await NextStreamAsync();
        await stream.NextRequestAsync();
        // The answer takes a second, which does not count in the lease's favour.
        time.Advance(TimeSpan.FromSeconds(1));
        await stream.AnswerAsync(keeper.LeaseId, 9);
        await time.WaitForTimerAsync(ttl / 3);

        keeper.TimeLeft.ShouldBe(TimeSpan.FromSeconds(8));
        time.Advance(TimeSpan.FromSeconds(8) - TimeSpan.FromTicks(1));
        keeper.Lost.IsCancellationRequested.ShouldBeFalse();
        time.Advance(TimeSpan.FromTicks(1));

        keeper.Lost.IsCancellationRequested.ShouldBeTrue();
        keeper.IsAlive.ShouldBeFalse();
    }

    [Fact]
    public async Task LeaseKeeper_StoreDoesNotKnowTheLease_IsLostAtOnce()
    {
        await using var client = Client();
        await using var keeper = await LeaseKeeper.GrantAsync(client, ttl, time);
        var lost = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = keeper.Lost.Register(() => lost.SetResult(true));
        await time.WaitForTimerAsync(ttl / 3);
        time.Advance(ttl / 3);
        var stream = await NextStreamAsync();
        await stream.NextRequestAsync();

        await stream.AnswerAsync(keeper.LeaseId, 0);

        await lost.Task.OrTimeout("the keeper says the lease is lost");
        keeper.TimeLeft.ShouldBe(TimeSpan.Zero);
    }

    private async Task<Stream> NextStreamAsync() =>
        await streams.Reader.ReadAsync().AsTask().OrTimeout("the next keepalive stream");

    private EtcdClient Client()
    {
        var channel = new ScriptedChannel()
            .On(EtcdMethods.LeaseGrant, (request, _) =>
                Task.FromResult(new LeaseGrantResponse { ID = 77, TTL = request.TTL }))
            .On(EtcdMethods.LeaseRevoke, (_, _) => Task.FromResult(new LeaseRevokeResponse()))
            .OnStream(EtcdMethods.LeaseKeepAlive, async (requests, responses, _) =>
            {
                var stream = new Stream(requests, responses);
                await streams.Writer.WriteAsync(stream);
                await stream.Ended;
            });
        return EtcdClient.InProcess(channel, timeProvider: time);
    }

    /// <summary>The server's side of a keepalive stream.</summary>
    private sealed class Stream(
        ChannelReader<LeaseKeepAliveRequest> requests, ChannelWriter<LeaseKeepAliveResponse> responses)
    {
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => ended.Task;

        public async Task<long> NextRequestAsync() =>
            (await requests.ReadAsync().AsTask().OrTimeout("the next renewal")).ID;

        public ValueTask AnswerAsync(long id, long seconds) =>
            responses.WriteAsync(new LeaseKeepAliveResponse { ID = id, TTL = seconds });

        public void Break() => ended.SetException(new RpcException(RpcStatusCode.Unavailable, "connection reset"));
    }
}
