using Divvy.Consensus.Raft;
using Divvy.Store.Peers;
using Divvy.Store.Replication;
using Divvy.TestKit;

namespace Divvy.Store.Tests.Peers;

public sealed class PeerConnectionTests
{
    private static readonly TimeSpan longestBackoff = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Connect_AfterTheOtherSideRestarts_IsMadeAnew()
    {
        await using var here = new PeerHost(1);
        var there = new PeerHost(2, port: FreePort.Probe());
        var address = there.Address;
        here.Transport.SetPeers([address]);
        await here.Observer.NextConnectedAsync();

        await there.DisposeAsync();
        await here.Observer.NextDisconnectedAsync();
        (await here.Receiver.NextUnreachableAsync()).ShouldBe(address.Id);
        await using var again = new PeerHost(2, port: address.Urls[0].Port);

        await here.Observer.NextConnectedAsync();
        here.Transport.Send([PeerMessages.Heartbeat(again.Id, 8)]);
        (await again.Receiver.NextMessageAsync()).Context.ShouldBe(8UL);
        here.CountersOf(again).Disconnections.ShouldBeGreaterThan(0);
        here.CountersOf(again).ActiveConnections.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Connect_RefusedAgainAndAgain_IsLoggedOnce()
    {
        var time = new ManualTimeProvider();
        await using var here = new PeerHost(
            1, options => options with { DialTimeout = TimeSpan.FromHours(1) }, time);
        var url = new Uri($"http://127.0.0.1:{FreePort.Probe()}");
        here.Transport.SetPeers([new PeerAddress(new NodeId(2), "two", [url])]);
        for (var round = 0; round < 5; round++)
        {
            await time.WaitForTimerAsync(left => left <= longestBackoff, "the wait before the next attempt");
            time.Advance(longestBackoff);
        }

        here.Log.All.Count(line => line.Contains("No connection")).ShouldBe(1);
        (await here.Log.ContainingAsync("No connection")).ShouldContain($"cannot connect to the peer at {url}");
    }

    [Fact]
    public async Task Connect_FirstUrlDead_TakesTheNext()
    {
        await using var here = new PeerHost(1);
        await using var there = new PeerHost(2);
        var dead = new Uri($"http://127.0.0.1:{FreePort.Probe()}");
        here.Transport.SetPeers([there.Address with { Urls = [dead, there.Transport.ListenUrls[0]] }]);
        (await here.Observer.NextConnectedAsync()).ShouldBe(there.Id);
    }

    [Fact]
    public async Task Connect_AHostThatDoesNotExist_SaysSo()
    {
        await using var here = new PeerHost(1);
        here.Transport.SetPeers([new PeerAddress(new NodeId(2), "two", [new Uri("http://no-such-host.invalid:1")])]);
        await here.Log.ContainingAsync("the host no-such-host.invalid of the peer URL");
    }

    [Fact]
    public async Task SetPeers_AnotherUrl_MovesTheConnection()
    {
        await using var here = new PeerHost(1);
        await using var there = new PeerHost(2);
        await using var tunnel = new TcpTunnel(there.Transport.ListenUrls[0].Port);
        here.Transport.SetPeers([there.AddressAt(new Uri(tunnel.Endpoint))]);
        await here.Observer.NextConnectedAsync();

        here.Transport.SetPeers([there.Address]);

        (await here.Observer.NextDisconnectedAsync()).Reason.ShouldContain("no longer one of its URLs");
        await here.Observer.NextConnectedAsync();
    }

    [Fact]
    public async Task Connection_HalfOpen_IsNoticedAndMadeAnew()
    {
        var time = new ManualTimeProvider();
        await using var there = new PeerHost(2);
        await using var tunnel = new TcpTunnel(there.Transport.ListenUrls[0].Port);
        await using var here = new PeerHost(1, time: time);
        here.Transport.SetPeers([there.AddressAt(new Uri(tunnel.Endpoint))]);
        await here.Observer.NextConnectedAsync();

        tunnel.Freeze();
        time.Advance(TimeSpan.FromSeconds(21));

        (await here.Observer.NextDisconnectedAsync()).Reason.ShouldContain("nothing came from it for");
        tunnel.Thaw();
        there.Transport.SetPeers([here.Address]);
        // No time passes here: the other side's connection shows that it lives, and ends the wait.
        (await here.Observer.NextConnectedAsync()).ShouldBe(there.Id);
    }

    [Fact]
    public async Task Connection_Idle_IsPinged()
    {
        await using var here = new PeerHost(1, Fast);
        await using var there = new PeerHost(2, Fast);
        here.Transport.SetPeers([there.Address]);
        (await here.Observer.NextRoundTripAsync()).ShouldBeGreaterThan(TimeSpan.Zero);
        await here.Observer.NextRoundTripAsync();

        static PeerTransportOptions Fast(PeerTransportOptions options) =>
            options with { PingInterval = TimeSpan.FromMilliseconds(5) };
    }

    [Fact]
    public async Task Send_WithoutAConnection_IsCountedAndReported()
    {
        await using var here = new PeerHost(1);
        here.Transport.SetPeers([new PeerAddress(new NodeId(2), "two", [new Uri("http://127.0.0.1:1")])]);
        here.Transport.Send([PeerMessages.Heartbeat(new NodeId(2))]);
        (await here.Receiver.NextUnreachableAsync()).ShouldBe(new NodeId(2));
        here.Transport.Counters[new NodeId(2)].SendFailures.ShouldBe(1);
    }

    [Fact]
    public async Task Send_ToOneThatTakesNothing_OverflowsAndReportsUnreachable()
    {
        await using var there = new PeerHost(2);
        await using var tunnel = new TcpTunnel(there.Transport.ListenUrls[0].Port);
        await using var here = new PeerHost(
            1, options => options with { Limits = new PeerLimits { LogBytes = 256 << 10 } });
        here.Transport.SetPeers([there.AddressAt(new Uri(tunnel.Endpoint))]);
        await here.Observer.NextConnectedAsync();
        tunnel.Freeze();

        // Far more than the kernel's buffers and the lane together hold.
        var message = PeerMessages.Append(there.Id, 1, 1, 64 << 10);
        for (var i = 0; i < 2_000; i++)
            here.Transport.Send([message]);

        (await here.Receiver.NextUnreachableAsync()).ShouldBe(there.Id);
        here.CountersOf(there).SendFailures.ShouldBeGreaterThan(0);
        tunnel.Thaw();
        (await there.Receiver.NextMessageAsync()).Entries.Length.ShouldBe(1);
    }

    [Fact]
    public async Task Send_AMessageBeyondTheFrameLimit_IsDroppedAndNamed()
    {
        var (first, second) = await PeerHost.PairAsync(
            options => options with { Limits = new PeerLimits { FrameBytes = 200_000 } });
        await using var one = first;
        await using var two = second;
        first.Transport.Send([PeerMessages.Append(second.Id, 1, 1, 200_001), PeerMessages.Heartbeat(second.Id, 4)]);
        (await second.Receiver.NextMessageAsync()).Context.ShouldBe(4UL);
        (await first.Receiver.NextUnreachableAsync()).ShouldBe(second.Id);
        await first.Log.ContainingAsync("more than a frame may (200000)");
    }

    [Fact]
    public async Task Receive_AnOversizeFrame_EndsTheConnection()
    {
        await using var host = new PeerHost(1);
        using var raw = await RawPeer.IntroduceAsync(host, new NodeId(2));
        await raw.Stream.WriteAsync(new byte[] { 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0, (byte)FrameKind.Log });
        (await host.Log.ContainingAsync("ended:")).ShouldContain("a frame of 2147483647 bytes, at most");
        await raw.ClosedAsync();
    }

    [Fact]
    public async Task Receive_CutInsideAFrame_EndsTheConnectionAndDeliversNothing()
    {
        await using var host = new PeerHost(1);
        using (var raw = await RawPeer.IntroduceAsync(host, new NodeId(2)))
        {
            using var buffer = new FrameBuffer();
            buffer.Append(OutgoingFrame.Raft(PeerMessages.Append(host.Id, 1), 200));
            await raw.Stream.WriteAsync(buffer.Written[..^1]);
        }

        (await host.Log.ContainingAsync("ended:")).ShouldContain("bytes into a frame");
        host.Receiver.HasMessages.ShouldBeFalse();
    }

    [Fact]
    public async Task Receive_InstallSnapshotWithoutTheSnapshot_EndsTheConnection()
    {
        await using var host = new PeerHost(1);
        using var raw = await RawPeer.IntroduceAsync(host, new NodeId(2));
        await raw.SendAsync(OutgoingFrame.Raft(PeerMessages.Install(host.Id), 500));
        await host.Log.ContainingAsync("an InstallSnapshot message without the snapshot");
        host.Receiver.HasMessages.ShouldBeFalse();
    }

    [Fact]
    public async Task RequestAsync_NoAnswerInTime_SaysSo()
    {
        var time = new ManualTimeProvider();
        var (first, second) = await PeerHost.PairAsync(
            options => options with { DeadAfter = TimeSpan.FromHours(1), RequestTimeout = TimeSpan.FromMinutes(5) },
            time);
        await using var one = first;
        await using var two = second;
        var asked = new TaskCompletionSource();
        second.Receiver.Answer = async (_, _, cancellationToken) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return default;
        };
        var answer = first.Transport.RequestAsync(second.Id, default, default).AsTask();
        await Wait.For(asked.Task, "the request");

        time.Advance(TimeSpan.FromMinutes(6));

        (await Should.ThrowAsync<PeerUnavailableException>(() => Wait.For(answer, "the end of the request")))
            .Message.ShouldContain("did not answer within 300 s");
    }

    [Fact]
    public async Task RequestAsync_TheOtherSideGoes_SaysSo()
    {
        await using var here = new PeerHost(1);
        var there = new PeerHost(2);
        here.Transport.SetPeers([there.Address]);
        await here.Observer.NextConnectedAsync();
        var asked = new TaskCompletionSource();
        there.Receiver.Answer = async (_, _, cancellationToken) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return default;
        };
        var answer = here.Transport.RequestAsync(there.Id, default, default).AsTask();
        await Wait.For(asked.Task, "the request");

        await there.DisposeAsync();

        (await Should.ThrowAsync<PeerUnavailableException>(() => Wait.For(answer, "the end of the request")))
            .Message.ShouldContain("ended:", customMessage: "it must not wait for the timeout");
    }

    [Fact]
    public async Task Start_APortInUse_SaysWhichAndWhatToDo()
    {
        await using var here = new PeerHost(1);
        var port = here.Transport.ListenUrls[0].Port;
        Should.Throw<IOException>(() => new PeerHost(2, port: port)).Message
            .ShouldBe($"cannot listen for peers at http://127.0.0.1:{port}/: another process uses the port;"
                + " stop it or choose another peer URL");
    }
}
