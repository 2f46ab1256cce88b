using Divvy.Consensus.Raft;

namespace Divvy.Consensus.Tests.Raft;

/// <summary>Paper section 7.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public void InstallSnapshot_FollowerBehindTheCompactedLog_CatchesUp()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster.Isolate(3);
        for (var i = 0; i < 30; i++)
            cluster.Propose(1, $"{i}");
        cluster.Settle();
        cluster[1].Compact(keep: 0);
        cluster[2].Compact(keep: 0);
        cluster.Heal();
        cluster.TickAll(5);
        cluster.Propose(1, "after");
        cluster.Settle();
        cluster.TickAll();
        SimulatedCluster.Commands(cluster[3]).Count().ShouldBe(31);
        cluster[3].Node.FirstIndex.Value.ShouldBeGreaterThan(30ul);
    }

    [Fact]
    public void InstallSnapshot_WindowOfLostMessagesBehindTheCompactedLog_CatchesUp()
    {
        var cluster = new SimulatedCluster(3, options => options with { MaxInflightMessages = 4, MaxMessageBytes = 64 });
        cluster.Elect(1);
        cluster.Cut(1, 3);
        for (var i = 0; i < 50; i++)
            cluster.Propose(1, $"{i}");
        cluster.Settle();
        cluster[1].Compact(keep: 0);
        cluster[2].Compact(keep: 0);
        cluster.Heal();
        cluster.TickAll(10);
        SimulatedCluster.Commands(cluster[3]).Count().ShouldBe(50);
    }

    [Fact]
    public void Restart_AfterASnapshot_GoesOnFromIt()
    {
        var cluster = new SimulatedCluster(1);
        cluster.Elect(1);
        for (var i = 0; i < 10; i++)
            cluster.Propose(1, $"{i}");
        cluster.Settle();
        cluster[1].Compact(keep: 3);
        cluster.Propose(1, "later");
        cluster.Settle();
        cluster[1].Crash();
        cluster[1].Restart();
        cluster.Elect(1);
        SimulatedCluster.Commands(cluster[1]).Count().ShouldBe(11);
    }

    [Fact]
    public void Restart_CommitBeyondTheStoredLog_RefusesToStart() =>
        Should.Throw<InvalidOperationException>(() => new RaftNode(
            new RaftOptions { Id = new NodeId(1), Seed = 1 },
            new HardState(new Term(3), NodeId.None, new LogIndex(9)),
            new Snapshot(new EntryId(new Term(1), new LogIndex(1)), Consensus.Raft.Membership.MembershipState.Of(new NodeId(1))),
            [])).Message.ShouldContain("the log was lost");
}
