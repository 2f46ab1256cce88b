using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;

namespace Divvy.Consensus.Tests.Raft;

/// <summary>Paper section 6, thesis chapter 4; leadership transfer, thesis section 3.10.</summary>
public sealed class MembershipTests
{
    [Fact]
    public void ProposeMembership_LearnerThenVoter_JoinsAndCounts()
    {
        var cluster = new SimulatedCluster(1);
        cluster.Elect(1);
        cluster.Propose(1, "before");
        cluster.Settle();
        cluster.Join(2);
        Change(cluster, 1, (MembershipOperation.AddLearner, 2));
        cluster.TickAll(3);
        cluster[1].Node.Membership.IsLearner(new NodeId(2)).ShouldBeTrue();
        SimulatedCluster.Commands(cluster[2]).ShouldBe(["before"]);
        Change(cluster, 1, (MembershipOperation.AddVoter, 2));
        cluster.TickAll(3);
        cluster[2].Node.Membership.Voters.Count.ShouldBe(2);
        cluster[2].Crash();
        cluster.Propose(1, "alone");
        cluster.Settle();
        SimulatedCluster.Commands(cluster[1]).ShouldNotContain("alone");
    }

    [Fact]
    public void ProposeMembership_ReplaceTwoOfThree_GoesThroughAJointChangeAndLeavesIt()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster.Join(4);
        cluster.Join(5);
        Change(
            cluster,
            1,
            (MembershipOperation.AddVoter, 4),
            (MembershipOperation.AddVoter, 5),
            (MembershipOperation.Remove, 2),
            (MembershipOperation.Remove, 3));
        cluster.TickAll(5);
        var membership = cluster[1].Node.Membership;
        membership.IsJoint.ShouldBeFalse();
        membership.Voters.Select(voter => voter.Value).ShouldBe([1ul, 4, 5]);
        cluster[2].Crash();
        cluster[3].Crash();
        cluster.Propose(1, "new quorum");
        cluster.Settle();
        SimulatedCluster.Commands(cluster[1]).ShouldBe(["new quorum"]);
    }

    [Fact]
    public void ProposeMembership_LeaderRemovesItself_StepsDownAfterCommit()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        Change(cluster, 1, (MembershipOperation.Remove, 1));
        cluster[1].Node.Role.ShouldBe(RaftRole.Follower);
        cluster.TickAll(40);
        cluster.Leader.ShouldNotBeNull().Id.ShouldNotBe(new NodeId(1));
        cluster.Leader!.Node.Membership.Voters.Count.ShouldBe(2);
    }

    [Fact]
    public void ProposeMembership_WhileOneIsPending_IsRefused()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster.Isolate(1);
        Propose(cluster, (MembershipOperation.AddLearner, 7)).ShouldBeNull();
        Propose(cluster, (MembershipOperation.AddLearner, 8)).ShouldNotBeNull().ShouldContain("not applied");
    }

    [Fact]
    public void ProposeMembership_LastVoterRemoved_IsRefused()
    {
        var cluster = new SimulatedCluster(1);
        cluster.Elect(1);
        Propose(cluster, (MembershipOperation.Remove, 1)).ShouldBe("the change removes the last voter");
    }

    /// <summary>Committed entries may still be on their way to the state machine when a snapshot with all of them arrives.</summary>
    [Fact]
    public void ApplyMembership_EntryThatAReceivedSnapshotCovers_ChangesNothing()
    {
        var cluster = new SimulatedCluster(3);
        var member = cluster[1].Node;
        var snapshot = new Snapshot(
            new EntryId(new Term(2), new LogIndex(20)), MembershipState.Of(new NodeId(1), new NodeId(4)));
        member.Step(new Message
        {
            Kind = MessageKind.InstallSnapshot,
            From = new NodeId(4),
            To = new NodeId(1),
            Term = new Term(2),
            Snapshot = snapshot,
        });
        var late = MembershipChange.Single(MembershipOperation.AddVoter, new NodeId(9)).Encode();
        member.ApplyMembership(new Entry(new Term(1), new LogIndex(10), EntryKind.Membership, late))
            .ShouldBe(snapshot.Membership);
    }

    /// <summary>A committed change that is not in force yet may take this member's vote away.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Campaign_MembershipEntryNotYetApplied_WaitsForIt(bool toldToByTheLeader)
    {
        var cluster = new SimulatedCluster(3);
        var member = cluster[2].Node;
        var change = MembershipChange.Single(MembershipOperation.Remove, new NodeId(2)).Encode();
        var entry = new Entry(new Term(1), new LogIndex(2), EntryKind.Membership, change);
        member.Step(From1(MessageKind.AppendEntries) with
        {
            Log = new EntryId(new Term(1), new LogIndex(1)),
            Entries = [entry],
            Commit = entry.Index,
        });
        member.Persisted(member.TakeReady()!.Number);
        member.TakeReady()!.Committed.ShouldBe([entry]);
        if (toldToByTheLeader)
            member.Step(From1(MessageKind.TimeoutNow));
        else
            member.Campaign();
        member.Role.ShouldBe(RaftRole.Follower);
        member.ApplyMembership(entry).IsVoter(new NodeId(2)).ShouldBeFalse();
    }

    private static Message From1(MessageKind kind) => new()
    {
        Kind = kind,
        From = new NodeId(1),
        To = new NodeId(2),
        Term = new Term(1),
    };

    [Fact]
    public void Encode_AnyChange_ReadsBack()
    {
        var change = new MembershipChange(
            [(MembershipOperation.AddLearner, new NodeId(9)), (MembershipOperation.Remove, new NodeId(3))],
            AutoLeave: false,
            Context: new byte[] { 1, 2, 3 });
        var read = MembershipChange.Decode(change.Encode())!;
        read.Steps.ShouldBe(change.Steps);
        read.AutoLeave.ShouldBeFalse();
        read.Context.ToArray().ShouldBe([1, 2, 3]);
        MembershipChange.Decode(new byte[] { 9, 9, 9 }).ShouldBeNull();
    }

    [Fact]
    public void TransferLeadership_ToAnUpToDateVoter_HappensAtOnce()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster.Act(cluster[1], member => member.Node.TransferLeadership(new NodeId(3)).ShouldBeTrue());
        cluster.Settle();
        cluster.Leader!.Id.ShouldBe(new NodeId(3));
    }

    [Fact]
    public void TransferLeadership_TargetDead_RefusesProposalsThenGivesUp()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster[3].Crash();
        cluster.Act(cluster[1], member => member.Node.TransferLeadership(new NodeId(3)));
        cluster.Propose(1, "x").Outcome.ShouldBe(ProposalOutcome.Refused);
        cluster.TickAll(11);
        cluster.Propose(1, "y").Outcome.ShouldBe(ProposalOutcome.Appended);
    }

    private static void Change(SimulatedCluster cluster, ulong leader, params (MembershipOperation, ulong)[] steps)
    {
        var change = new MembershipChange([.. steps.Select(step => (step.Item1, new NodeId(step.Item2)))]);
        cluster.Act(cluster[leader], member => member.Node.ProposeMembership(change).Refusal.ShouldBeNull());
        cluster.Settle();
    }

    private static string? Propose(SimulatedCluster cluster, (MembershipOperation Operation, ulong Node) step)
    {
        string? refusal = null;
        var change = MembershipChange.Single(step.Operation, new NodeId(step.Node));
        cluster.Act(cluster[1], member => refusal = member.Node.ProposeMembership(change).Refusal);
        return refusal;
    }
}
