using Divvy.Consensus.Raft;
using Divvy.Store.Peers;

namespace Divvy.Store.Tests.Peers;

/// <summary>A member that was just added asks for its cluster, and may ask one that lags.</summary>
public sealed class JoinedClusterTests
{
    private static readonly Uri own = new("http://127.0.0.1:1");

    [Fact]
    public async Task AskAsync_MemberThatLags_AsksTheOthersItNames()
    {
        ClusterInformation? known = null;
        await using var lagging = new PeerHost(1, options => options with { Information = () => known });
        ClusterInformation? complete = null;
        await using var current = new PeerHost(2, options => options with { Information = () => complete });
        MemberInformation[] voters =
            [Member(1, lagging.Transport.ListenUrls[0]), Member(2, current.Transport.ListenUrls[0])];
        known = new ClusterInformation(PeerHost.Cluster, new NodeId(1), voters);
        complete = new ClusterInformation(PeerHost.Cluster, new NodeId(2), [.. voters, Member(3, own)]);

        var joined = await JoinedCluster.AskAsync([lagging.Transport.ListenUrls[0]], [own], null, default);

        joined.MemberId.ShouldBe(new NodeId(3));
        joined.Members.Count.ShouldBe(3);
    }

    [Fact]
    public async Task AskAsync_NobodyKnowsTheNewMember_SaysWhoWasAskedFirst()
    {
        ClusterInformation? known = null;
        await using var host = new PeerHost(1, options => options with { Information = () => known });
        var url = host.Transport.ListenUrls[0];
        known = new ClusterInformation(PeerHost.Cluster, new NodeId(1), [Member(1, url)]);

        (await Should.ThrowAsync<NotAddedException>(() => JoinedCluster.AskAsync([url], [own], null, default)))
            .Message.ShouldContain($"asked at {url}");
    }

    private static MemberInformation Member(ulong id, Uri url) => new(new NodeId(id), $"n{id}", [url], [], false);
}
