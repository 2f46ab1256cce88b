using Divvy.Consensus.Raft;

namespace Divvy.Consensus.Tests.Raft;

/// <summary>Paper section 5.3, 5.4.2 and figure 8; flow control.</summary>
public sealed class ReplicationTests
{
    [Fact]
    public void Propose_ThreeMembers_AllApply()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster.Propose(1, "a").Outcome.ShouldBe(ProposalOutcome.Appended);
        cluster.Propose(1, "b");
        cluster.Settle();
        cluster.TickAll();
        cluster.Members.Values.ShouldAllBe(member => SimulatedCluster.Commands(member).SequenceEqual(new[] { "a", "b" }));
    }

    [Fact]
    public void Propose_SingleMember_CommitsOnlyWhatItsDiskHolds()
    {
        var cluster = new SimulatedCluster(1);
        cluster.Elect(1);
        cluster.Propose(1, "a");
        SimulatedCluster.Commands(cluster[1]).ShouldBeEmpty();
        cluster.Settle();
        SimulatedCluster.Commands(cluster[1]).ShouldBe(["a"]);
    }

    [Fact]
    public void AppendEntries_DivergedFollower_IsRepaired()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster.Isolate(1);
        for (var i = 0; i < 20; i++)
            cluster.Propose(1, $"lost {i}");
        cluster.Settle();
        cluster.TickAll(25);
        var leader = cluster.Leader!;
        cluster.Propose(leader.Id.Value, "kept");
        cluster.Settle();
        cluster.Heal();
        cluster.TickAll(5);
        SimulatedCluster.Commands(cluster[1]).ShouldBe(["kept"]);
        cluster[1].Node.LastEntry.ShouldBe(leader.Node.LastEntry);
    }

    /// <summary>Figure 8: an entry of an old term on a majority is not committed until one of the leader's own term is.</summary>
    [Fact]
    public void Commit_EntryOfAnEarlierTermOnAMajority_WaitsForOneOfTheLeadersTerm()
    {
        var cluster = new SimulatedCluster(5, options => options with { PreVote = false, CheckQuorum = false });
        cluster.Elect(1);
        var before = cluster[1].Node.CommittedIndex;

        // (a) S1 leads and reaches only S2 with an entry.
        foreach (var other in new ulong[] { 3, 4, 5 })
            cluster.Cut(1, other);
        cluster.Propose(1, "old");
        cluster.Settle();
        cluster[1].Node.CommittedIndex.ShouldBe(before);

        // (b) S5 leads a later term by the votes of S3 and S4, and reaches nobody with its entry.
        cluster[1].Crash();
        cluster.Isolate(2);
        cluster.Act(cluster[5], member => member.Node.Campaign());
        DeliverOnly(cluster, MessageKind.RequestVote, MessageKind.RequestVoteResponse);
        cluster[5].Node.Role.ShouldBe(RaftRole.Leader);
        cluster.Write(cluster[5]);
        cluster[5].Crash();
        cluster.Network.Clear();

        // (c) S1 leads again and copies its old entry to S2 and S3, without a further entry of its own term getting there.
        cluster.Heal();
        cluster[1].Restart();
        cluster.Isolate(4);
        var old = cluster[1].Node.LastEntry;
        cluster.Act(cluster[1], member => member.Node.Campaign());
        DeliverOnly(cluster, MessageKind.RequestVote, MessageKind.RequestVoteResponse);
        if (cluster[1].Node.Role != RaftRole.Leader)
        {
            cluster.Act(cluster[1], member => member.Node.Campaign());
            DeliverOnly(cluster, MessageKind.RequestVote, MessageKind.RequestVoteResponse);
        }

        cluster[1].Node.Role.ShouldBe(RaftRole.Leader);
        foreach (var follower in new ulong[] { 2, 3 })
        {
            cluster.Act(cluster[1], member => member.Node.Step(new Message
            {
                Kind = MessageKind.AppendEntriesResponse,
                From = new NodeId(follower),
                To = new NodeId(1),
                Term = member.Node.Term,
                Log = new EntryId(Term.Zero, old.Index),
            }));
        }

        cluster[1].Node.CommittedIndex.ShouldBeLessThan(old.Index, "an old term's entry is not committed by counting");
    }

    [Fact]
    public void Send_FollowerSilent_StopsAtTheWindowAndRecovers()
    {
        var cluster = new SimulatedCluster(3, options => options with { MaxInflightMessages = 4, MaxMessageBytes = 64 });
        cluster.Elect(1);
        cluster.Cut(1, 3);
        for (var i = 0; i < 50; i++)
            cluster.Propose(1, $"command {i}");
        cluster.Settle();
        cluster.TickAll(2);
        cluster.Heal();
        cluster.TickAll(10);
        SimulatedCluster.Commands(cluster[3]).Count().ShouldBe(50);
    }

    /// <summary>A gap makes everything behind it be refused. If each refusal and each answer let a whole window go
    /// again, they would breed faster than they are answered.</summary>
    [Theory]
    [InlineData(1ul)]
    [InlineData(2ul)]
    [InlineData(3ul)]
    public void Send_MessagesArriveInAnyOrder_AnswersBreedNoMessages(ulong seed)
    {
        const int Missed = 400;
        var cluster = new SimulatedCluster(3, options => options with { MaxMessageBytes = 1 });
        cluster.Elect(1);
        cluster.Cut(1, 3);
        for (var i = 0; i < Missed; i++)
            cluster.Propose(1, $"command {i}");
        cluster.Settle();
        cluster.Heal();

        var random = new SplitMix64(seed);
        var sent = 0;
        for (var tick = 0; tick < 1_000 && SimulatedCluster.Commands(cluster[3]).Count() < Missed; tick++)
        {
            cluster.Tick(1);
            for (; cluster.Network.Count > 0; sent++)
            {
                // One of the next fifty: the network reorders, and loses nothing.
                var at = random.Next(Math.Min(cluster.Network.Count, 50));
                var message = cluster.Network[at];
                cluster.Network.RemoveAt(at);
                cluster.Deliver(message);
                while (cluster[message.To.Value].HasUnwritten)
                    cluster.Write(cluster[message.To.Value]);
                sent.ShouldBeLessThan(20 * Missed, "messages beget messages");
            }
        }

        SimulatedCluster.Commands(cluster[3]).Count().ShouldBe(Missed);
    }

    [Fact]
    public void Send_AfterAGap_HalfTheWindowWidensWithEachArrival()
    {
        var cluster = new SimulatedCluster(2, options => options with { MaxInflightMessages = 4, MaxMessageBytes = 1 });
        cluster.Elect(1);
        cluster.TickAll();

        // What is behind the one that is lost is refused; the probe after it arrives, and lets the rest go.
        cluster.Propose(1, "lost");
        cluster.Network.Clear();
        Propose(6);
        Appends().ShouldBe(3, "one of four places is taken by what was lost");
        while (Appends() > 0)
            Pass();
        Pass();
        Appends().ShouldBe(1, "a probe");
        while (Appends() == 1)
            Pass();
        Pass();
        Appends().ShouldBe(3, "half of four, and one for the probe that arrived");
        cluster.Settle();

        Propose(6);
        Appends().ShouldBe(4, "the whole window again");

        void Propose(int count)
        {
            for (var i = 0; i < count; i++)
                cluster.Propose(1, "next");
        }

        int Appends() => cluster.Network.Count(message => message.Kind == MessageKind.AppendEntries);

        void Pass()
        {
            while (cluster[1].HasUnwritten || cluster[2].HasUnwritten)
                cluster.Write(cluster[cluster[1].HasUnwritten ? 1ul : 2ul]);
            var message = cluster.Network[0];
            cluster.Network.RemoveAt(0);
            cluster.Deliver(message);
        }
    }

    [Fact]
    public void Propose_TooMuchUncommitted_IsRefusedUntilItCommits()
    {
        var cluster = new SimulatedCluster(3, options => options with { MaxUncommittedBytes = 200 });
        cluster.Elect(1);
        cluster.Isolate(1);
        var outcomes = Enumerable.Range(0, 10).Select(_ => cluster.Propose(1, new string('x', 30)).Outcome).ToList();
        outcomes.ShouldContain(ProposalOutcome.Refused);
        cluster.Heal();
        cluster.TickAll(3);
        cluster.Propose(1, "again").Outcome.ShouldBe(ProposalOutcome.Appended);
    }

    [Fact]
    public void Propose_OnAFollower_IsForwardedAndReported()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster.TickAll();
        cluster.Propose(2, "from two", request: 42).Outcome.ShouldBe(ProposalOutcome.Forwarded);
        cluster.Settle();
        var result = cluster[2].Proposals.ShouldHaveSingleItem();
        (result.Request, result.Outcome).ShouldBe((42ul, ProposalOutcome.Appended));
        SimulatedCluster.Commands(cluster[1]).ShouldBe(["from two"]);
    }

    [Fact]
    public void Propose_ForwardedToADeadLeader_IsReportedUnknownWhenTheNextOneLeads()
    {
        var cluster = new SimulatedCluster(3);
        cluster.Elect(1);
        cluster.TickAll();
        cluster[1].Crash();
        cluster.Propose(2, "lost", request: 7).Outcome.ShouldBe(ProposalOutcome.Forwarded);
        cluster.TickAll(25);
        cluster[2].Proposals.ShouldHaveSingleItem().Outcome.ShouldBe(ProposalOutcome.Unknown);
    }

    [Fact]
    public void Propose_NobodyLeads_SaysSo() =>
        new SimulatedCluster(3).Propose(2, "x").Outcome.ShouldBe(ProposalOutcome.NoLeader);

    private static void DeliverOnly(SimulatedCluster cluster, params MessageKind[] kinds)
    {
        for (var round = 0; round < 10; round++)
        {
            foreach (var member in cluster.Members.Values.Where(member => member.IsUp))
            {
                while (member.HasUnwritten)
                    cluster.Write(member);
            }

            var wanted = cluster.Network.Where(message => kinds.Contains(message.Kind)).ToList();
            cluster.Network.RemoveAll(wanted.Contains);
            wanted.ForEach(cluster.Deliver);
        }

        cluster.Network.Clear();
    }
}
