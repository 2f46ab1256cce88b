using Divvy.Consensus.Raft;
using Divvy.Store.Peers;
using Divvy.Store.Replication;

namespace Divvy.Store.Tests.Peers;

public sealed class PeerHelloTests
{
    [Fact]
    public async Task Connect_ToAnotherCluster_IsRefusedAndNamedOnBothSides()
    {
        await using var here = new PeerHost(1);
        await using var there = new PeerHost(2, options => options with { ClusterId = 0xC2 });
        here.Transport.SetPeers([there.Address]);

        (await here.Log.ContainingAsync("No connection")).ShouldContain(
            $"the peer at {there.Transport.ListenUrls[0]} says it is member 2 of cluster c2,"
            + " expected member m2 (2) of cluster c1");
        (await there.Log.ContainingAsync("Refused")).ShouldContain(
            "it says it is member m1 (1) of cluster c1, and looks for 2: this is a member of cluster c2");
        here.Transport.Send([PeerMessages.Heartbeat(there.Id)]);
        (await here.Receiver.NextUnreachableAsync()).ShouldBe(there.Id);
        there.Receiver.HasMessages.ShouldBeFalse();
    }

    [Fact]
    public async Task Connect_ToAnotherMember_IsRefusedAndNamedOnBothSides()
    {
        await using var here = new PeerHost(1);
        await using var there = new PeerHost(2);
        here.Transport.SetPeers([new PeerAddress(new NodeId(0x77), "seven", there.Address.Urls)]);

        (await here.Log.ContainingAsync("No connection")).ShouldContain(
            "says it is member 2 of cluster c1, expected member seven (77) of cluster c1");
        (await there.Log.ContainingAsync("Refused")).ShouldContain("this is member 2, not 77");
    }

    [Fact]
    public async Task Connect_AfterRemoval_IsRefusedAndTold()
    {
        var (first, second) = await PeerHost.PairAsync();
        await using var one = first;
        await using var two = second;

        first.Transport.SetPeers([]);

        (await second.Observer.NextRemovedAsync()).ShouldBe(first.Id);
        (await second.Log.ContainingAsync("refused: ")).ShouldContain("member 2 was removed from the cluster");
        (await first.Log.ContainingAsync("Refused")).ShouldContain("member 2 was removed from the cluster");
        first.Transport.Send([PeerMessages.Heartbeat(second.Id)]);
        second.Receiver.HasMessages.ShouldBeFalse();
    }

    [Fact]
    public async Task Connect_ByAMemberNotHeardOf_IsTakenAndAnswered()
    {
        await using var lagging = new PeerHost(1);
        await using var added = new PeerHost(2);
        added.Transport.SetPeers([lagging.Address]);
        await added.Observer.NextConnectedAsync();
        added.Transport.Send([PeerMessages.Heartbeat(lagging.Id, 5)]);
        (await lagging.Receiver.NextMessageAsync()).Context.ShouldBe(5UL);

        (await lagging.Observer.NextConnectedAsync()).ShouldBe(added.Id);
        lagging.Transport.SetPeers([]);
        lagging.Transport.Send([PeerMessages.Heartbeat(added.Id, 6)]);
        (await added.Receiver.NextMessageAsync("the answer to a stranger")).Context.ShouldBe(6UL);
    }

    [Fact]
    public async Task Connect_ByTooManyStrangers_IsRefused()
    {
        await using var host = new PeerHost(1, options => options with { Limits = new PeerLimits { Strangers = 1 } });
        using var first = await RawPeer.IntroduceAsync(host, new NodeId(2));
        using var second = await RawPeer.IntroduceAsync(host, new NodeId(3));
        await second.ClosedAsync();
        await host.Log.ContainingAsync("1 members that it does not know are connected");
    }

    [Fact]
    public async Task Connect_WithAnotherVersion_IsRefusedAndNamed()
    {
        await using var host = new PeerHost(1);
        using var raw = await RawPeer.IntroduceAsync(
            host, new NodeId(2), new Hello { ProtocolVersion = 9, ClusterId = PeerHost.Cluster, To = host.Id });
        await raw.ClosedAsync();
        await host.Log.ContainingAsync("it speaks version 1 of the peer protocol, not 9");
    }

    [Fact]
    public async Task Connect_SpeakingHttp_IsRefusedAndNamed()
    {
        await using var host = new PeerHost(1);
        using var raw = await RawPeer.ConnectAsync(host);
        await raw.Stream.WriteAsync("GET / HTTP/1.1\r\nHost: here\r\n\r\n"u8.ToArray());
        await host.Log.ContainingAsync("it sent something else than a hello");
    }

    [Fact]
    public async Task AskAsync_AMemberThatKnows_TellsTheCluster()
    {
        var information = new ClusterInformation(
            PeerHost.Cluster,
            new NodeId(1),
            [
                new MemberInformation(
                    new NodeId(1), "a", Urls("http://10.0.0.1:2380"), Urls("http://10.0.0.1:2379"), false),
                new MemberInformation(new NodeId(2), "", Urls(), Urls(), true),
            ]);
        await using var host = new PeerHost(1, options => options with { Information = () => information });

        var told = await ClusterInformation.AskAsync(host.Transport.ListenUrls[0], null, default);

        (told.ClusterId, told.AnsweredBy).ShouldBe((information.ClusterId, information.AnsweredBy));
        told.Members.ShouldBeEquivalentTo(information.Members.ToArray());

        static Uri[] Urls(params string[] urls) => [.. urls.Select(url => new Uri(url))];
    }

    [Fact]
    public async Task AskAsync_NobodyOrNothingKnown_SaysWhy()
    {
        var host = new PeerHost(1);
        var url = host.Transport.ListenUrls[0];
        (await Should.ThrowAsync<PeerUnavailableException>(() => ClusterInformation.AskAsync(url, null, default)))
            .Message.ShouldContain("does not know its cluster yet");
        await host.DisposeAsync();
        (await Should.ThrowAsync<PeerUnavailableException>(() => ClusterInformation.AskAsync(url, null, default)))
            .Message.ShouldContain($"cannot connect to the peer at {url}");
    }
}
