using Divvy.Consensus.Raft;
using Divvy.Simulation.Stores;
using Divvy.Store.Replication;

namespace Divvy.Simulation.Tests.Stores;

public sealed class StoreLivenessTests
{
    private static readonly RaftView before = View(leader: 1, term: 4);

    [Fact]
    public void Deposed_AllFollowTheLeaderOfBefore_IsNobody() =>
        StoreLiveness.Deposed(before, [("m1", before), ("m2", before)]).ShouldBeNull();

    [Theory, InlineData(2, 4), InlineData(1, 5)]
    public void Deposed_AnotherLeaderOrTerm_SaysWhoFollowsIt(int leader, int term) =>
        StoreLiveness.Deposed(before, [("m1", before), ("m2", View(leader, term))]).ShouldNotBeNull()
            .ShouldStartWith("m2 follows");

    [Fact]
    public void Deposed_MemberIsDown_SaysSo() =>
        StoreLiveness.Deposed(before, [("m1", null)]).ShouldNotBeNull();

    private static RaftView View(int leader, int term) =>
        new(new Term((ulong)term), new NodeId((ulong)leader), default, default, default, null!);
}
