using Divvy.Consensus.Raft;

namespace Divvy.Consensus.Tests.Raft;

/// <summary>Paper sections 5.2 and 5.4.1; thesis sections 4.2.3, 6.2 and 9.6.</summary>
public sealed class ElectionTests
{
    [Fact]
    public void Tick_NoLeader_SomebodyIsElectedWithinTwoTimeouts()
    {
        var cluster = new SimulatedCluster(3);
        cluster.TickAll(40);
        cluster.Leader.ShouldNotBeNull();
    }

    [Fact]
    public void Campaign_SingleMember_LeadsOnlyAfterItsVoteIsDurable()
    {
        var cluster = new SimulatedCluster(1);
        cluster.Act(cluster[1], member => member.Node.Campaign());
        cluster[1].Node.Role.ShouldBe(RaftRole.PreCandidate);
        cluster.Settle();
        cluster[1].Node.Role.ShouldBe(RaftRole.Leader);
    }

    [Fact]
    public void RequestVote_ShorterLog_IsRefused()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster.Isolate(3);
        cluster.Propose(1, "x");
        cluster.Settle();
        cluster.Heal();
        cluster.TickAll(12);
        cluster[1].Crash();
        cluster.Isolate(2);
        cluster.Elect(3);
        cluster[3].Node.Role.ShouldNotBe(RaftRole.Leader);
    }

    [Fact]
    public void RequestVote_SecondCandidateOfATerm_IsRefused()
    {
        var member = Alone(preVote: false);
        member.Node.Step(Vote(from: 2, term: 5));
        member.Node.Step(Vote(from: 3, term: 5));
        _ = member.Take(_ => []).ToList();
        var answers = member.Write().ToList();
        answers.Select(answer => (answer.To.Value, answer.Reject)).ShouldBe([(2ul, false), (3ul, true)]);
    }

    [Fact]
    public void RequestVote_GrantedThenCrashed_IsRememberedOnlyIfWritten()
    {
        var member = Alone(preVote: false);
        member.Node.Step(Vote(from: 2, term: 5));
        member.Take(_ => []).Where(message => message.Kind == MessageKind.RequestVoteResponse)
            .ShouldBeEmpty("a vote must not leave before it is durable");
        member.Write().ShouldHaveSingleItem().Reject.ShouldBeFalse();
        member.Crash();
        member.Restart();
        member.Node.Step(Vote(from: 3, term: 5));
        _ = member.Take(_ => []).ToList();
        member.Write().ShouldHaveSingleItem().Reject.ShouldBeTrue();
    }

    [Fact]
    public void PreVote_ReturningPartitionedMember_DisturbsNobody()
    {
        var cluster = new SimulatedCluster(3);
        var term = cluster.Elect(1).Node.Term;
        cluster.Isolate(3);
        cluster.TickAll(100);
        cluster[3].Node.Term.ShouldBe(term, "a pre-candidate does not raise its term");
        cluster.Heal();
        cluster.TickAll(30);
        cluster.Leader.ShouldBe(cluster[1]);
        cluster[3].Node.Term.ShouldBe(term);
    }

    [Fact]
    public void CheckQuorum_LeaderWithoutQuorum_StepsDown()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster.Isolate(1);
        cluster.TickAll(25);
        cluster[1].Node.Role.ShouldNotBe(RaftRole.Leader);
        cluster.Leader.ShouldNotBeNull().Id.ShouldNotBe(new NodeId(1));
    }

    [Fact]
    public void RequestVote_WhileALeaderIsHeard_IsIgnored()
    {
        var cluster = new SimulatedCluster(3, options => options with { PreVote = false });
        var term = cluster.Elect(1).Node.Term;
        cluster.TickAll();
        cluster[2].Node.Step(Vote(from: 3, term: term.Value + 7, last: new EntryId(term, new LogIndex(99)), to: 2));
        cluster[2].Node.Term.ShouldBe(term);
    }

    [Fact]
    public void Step_OldTermLeader_StepsDownOnTheAnswer()
    {
        var cluster = new SimulatedCluster(3, options => options with { CheckQuorum = false });
        cluster.Elect(1);
        cluster.Isolate(1);
        cluster.Elect(2);
        cluster.Heal();
        cluster.TickAll(2);
        cluster.Leader!.Id.ShouldBe(new NodeId(2));
        cluster[1].Node.Role.ShouldBe(RaftRole.Follower);
    }

    private static SimulatedMember Alone(bool preVote)
    {
        var cluster = new SimulatedCluster(3, options => options with { PreVote = preVote, CheckQuorum = false });
        return cluster[1];
    }

    private static Message Vote(ulong from, ulong term, EntryId? last = null, ulong to = 1) => new()
    {
        Kind = MessageKind.RequestVote,
        From = new NodeId(from),
        To = new NodeId(to),
        Term = new Term(term),
        Log = last ?? new EntryId(new Term(1), new LogIndex(1)),
    };
}
