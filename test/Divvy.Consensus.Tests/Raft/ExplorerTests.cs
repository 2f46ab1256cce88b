using System.Text;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;

namespace Divvy.Consensus.Tests.Raft;

/// <summary>Random schedules: loss, repetition, reordering, crashes that forget what was not written, partitions, membership
/// changes, transfers, compaction. Safety is checked at every step; afterwards the faults stop and the cluster must make
/// progress. A failure names its seed.</summary>
public sealed class ExplorerTests
{
    [Theory]
    [InlineData(0, 60)]
    [InlineData(1000, 60)]
    [InlineData(2000, 60)]
    public void RandomSchedules_AnySeed_StaySafeAndRecover(int firstSeed, int count)
    {
        for (var seed = firstSeed; seed < firstSeed + count; seed++)
        {
            try
            {
                new Exploration(seed).Run();
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed}: {failure.Message}", failure);
            }
        }
    }

    private sealed class Exploration(int seed)
    {
        private readonly Random random = new(seed);
        private readonly SimulatedCluster cluster = new(
            seed % 2 == 0 ? 3 : 5,
            options => options with { MaxInflightMessages = 3, MaxMessageBytes = 96, LeaseReads = false });

        private readonly Dictionary<ulong, LogIndex> readFloor = [];
        private ulong request;

        public void Run()
        {
            for (var step = 0; step < 1_500; step++)
                Act();
            CheckReads();
            Recover();
        }

        private SimulatedMember Any() => cluster.Members.Values.ElementAt(random.Next(cluster.Members.Count));

        private void Act()
        {
            var member = Any();
            switch (random.Next(100))
            {
                case < 45:
                    DeliverSomething();
                    break;
                case < 65 when member.IsUp:
                    cluster.Act(member, it => it.Node.Tick());
                    break;
                case < 80 when member is { IsUp: true, HasUnwritten: true }:
                    cluster.Write(member);
                    break;
                case < 87 when member.IsUp:
                    cluster.Act(member, it => it.Node.Propose(++request, Encoding.UTF8.GetBytes($"{request}")));
                    break;
                case < 91 when member.IsUp:
                    readFloor[++request] = cluster.Checker.HighestApplied;
                    cluster.Act(member, it => it.Node.ReadIndex(request));
                    break;
                case < 92 when member.IsUp:
                    cluster.Act(member, it => it.Node.TransferLeadership(Any().Id));
                    break;
                case < 93 when member.IsUp:
                    ChangeMembership(member);
                    break;
                case < 95:
                    CrashOrRestart(member);
                    break;
                case < 97 when member.IsUp:
                    member.Compact(keep: (ulong)random.Next(5));
                    break;
                case < 98:
                    cluster.Isolate(member.Id.Value);
                    break;
                case < 99:
                    cluster.Heal();
                    break;
            }
        }

        private void DeliverSomething()
        {
            if (cluster.Network.Count == 0)
                return;
            var at = random.Next(Math.Min(cluster.Network.Count, 8));
            var message = cluster.Network[at];
            if (random.Next(20) != 0)
                cluster.Network.RemoveAt(at);
            if (random.Next(12) != 0)
                cluster.Deliver(message);
        }

        private void ChangeMembership(SimulatedMember member)
        {
            var node = Any().Id;
            var operation = (MembershipOperation)random.Next(3);
            if (operation != MembershipOperation.AddVoter && member.Node.Membership.Voters.Count <= 2)
                operation = MembershipOperation.AddVoter;
            var change = random.Next(2) == 0
                ? MembershipChange.Single(operation, node)
                : new MembershipChange([(operation, node), (MembershipOperation.AddVoter, Any().Id)]);
            cluster.Act(member, it => it.Node.ProposeMembership(change));
        }

        private static void CrashOrRestart(SimulatedMember member)
        {
            if (member.IsUp)
                member.Crash();
            else
                member.Restart();
        }

        private void CheckReads()
        {
            foreach (var read in cluster.Members.Values.SelectMany(member => member.Reads))
            {
                if (read.Index is { } index)
                    index.ShouldBeGreaterThanOrEqualTo(readFloor[read.Request], $"read {read.Request} missed an applied entry");
            }
        }

        private void Recover()
        {
            cluster.Heal();
            foreach (var member in cluster.Members.Values.Where(member => !member.IsUp))
                member.Restart();
            foreach (var member in cluster.Members.Values)
                cluster.Collect(member);
            cluster.Settle();
            cluster.TickAll(80);
            var leader = cluster.Leader.ShouldNotBeNull("nobody leads although all faults are over");
            foreach (var id in leader.Node.Membership.All)
                cluster.Members[id].Node.LastEntry.ShouldBe(leader.Node.LastEntry, $"member {id} misses entries for good");
            cluster.Propose(leader.Id.Value, "the end").Outcome.ShouldBe(ProposalOutcome.Appended);
            cluster.Settle();
            cluster.TickAll(10);
            foreach (var id in leader.Node.Membership.All)
                SimulatedCluster.Commands(cluster.Members[id]).Last().ShouldBe("the end", $"member {id} does not catch up");
        }
    }
}
