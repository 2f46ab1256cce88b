using Divvy.Consensus.Raft;
using Divvy.Simulation.Network;
using Divvy.Simulation.Runs;
using Divvy.Simulation.Stores;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Stores;

public sealed class LongReignTests
{
    private readonly SimWorld world = new(seed: 1, keepTrace: false);
    private readonly StoreCluster cluster;
    private readonly LongReign reign;

    public LongReignTests()
    {
        var shape = StoreShape.Draw(world.Fork("shape"));
        cluster = new StoreCluster(world, new SimNetwork(world), shape, new RunReport(world), members: 3);
        cluster.StartAll();
        reign = new LongReign(cluster, new SimRandom(1));
        reign.Begin();
        Lead(term: 100);
    }

    private int Up => cluster.Members.Count(member => member.IsUp);

    [Fact]
    public void Look_NoneHasASegmentFromTheElection_AllDie()
    {
        foreach (var member in cluster.Members)
            Roll(member);

        Pass();

        Up.ShouldBe(0);
    }

    [Fact]
    public void Look_OneHasASegmentFromTheElection_NobodyDies()
    {
        Roll(cluster.Members[0]);
        Roll(cluster.Members[2]);

        Pass();

        Up.ShouldBe(3);
    }

    [Fact]
    public void Look_AnotherLeaderSince_NobodyDies()
    {
        foreach (var member in cluster.Members)
            Roll(member);
        Lead(term: 101);

        Pass();

        Up.ShouldBe(3);
    }

    private static void Roll(StoreMember member)
    {
        var disk = member.Platter.Mount(member.Process!, StoreMember.LogFolder);
        disk.Create($"{1:x16}-{9:x16}.wal", 4096).Dispose();
        foreach (var former in member.Segments.SkipLast(1))
            disk.Delete(former);
    }

    private void Lead(ulong term) => reign.Sent(new Message
    {
        Kind = MessageKind.Heartbeat,
        To = new NodeId(2),
        Term = new Term(term),
    });

    private void Pass()
    {
        for (var until = world.Now + TimeSpan.FromMilliseconds(11); world.Now < until && Up > 0;)
            world.TakeNext().ShouldBeTrue();
    }
}
