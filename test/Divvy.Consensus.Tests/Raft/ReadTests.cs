using Divvy.Consensus.Raft;

namespace Divvy.Consensus.Tests.Raft;

/// <summary>Thesis section 6.4.</summary>
public sealed class ReadTests
{
    [Fact]
    public void ReadIndex_OnTheLeader_WaitsForAQuorum()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster.Act(cluster[1], member => member.Node.ReadIndex(5).ShouldBeTrue());
        cluster[1].Reads.ShouldBeEmpty();
        cluster.Settle();
        cluster[1].Reads.ShouldBe([new ReadResult(5, cluster[1].Node.CommittedIndex)]);
    }

    [Fact]
    public void ReadIndex_OnAFollower_IsAnsweredByTheLeader()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster.TickAll();
        cluster.Act(cluster[2], member => member.Node.ReadIndex(6).ShouldBeTrue());
        cluster.Settle();
        cluster[2].Reads.ShouldBe([new ReadResult(6, cluster[1].Node.CommittedIndex)]);
    }

    [Fact]
    public void ReadIndex_DeposedLeader_FailsInsteadOfAnswering()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster.Isolate(1);
        cluster.Act(cluster[1], member => member.Node.ReadIndex(7));
        cluster.TickAll(25);
        cluster[1].Reads.ShouldBe([new ReadResult(7, null)]);
    }

    [Fact]
    public void ReadIndex_NewLeader_AnswersNothingBeforeItsTermHasACommit()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster.Act(cluster[2], member => member.Node.Campaign());
        cluster.Settle();
        cluster.TickAll(25);
        cluster[1].Crash();
        cluster.TickAll(30);
        var leader = cluster.Leader!;
        var follower = cluster.Members.Values.Single(member => member.IsUp && member != leader);
        cluster.Isolate(follower.Id.Value);
        cluster.Act(leader, member => member.Node.ReadIndex(8));
        cluster.Settle();
        leader.Reads.Where(read => read.Request == 8).ShouldBeEmpty();
    }

    [Fact]
    public void LeaseReads_QuorumHeardRecently_AnswersWithoutARound()
    {
        var cluster = new SimulatedCluster(3, options => options with { LeaseReads = true });
        cluster.Elect(1);
        cluster.TickAll(2);
        cluster.Act(cluster[1], member => member.Node.ReadIndex(9));
        cluster[1].Reads.ShouldHaveSingleItem();
        cluster.Isolate(1);
        for (var i = 0; i < 9; i++)
            cluster.Tick(1);
        cluster.Act(cluster[1], member => member.Node.ReadIndex(10));
        cluster[1].Reads.Count.ShouldBe(1, "the lease is over");
    }
}
