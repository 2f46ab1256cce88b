using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Simulation.Distribution;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Distribution;

public sealed class InterruptionTests
{
    private static readonly StoreLayout layout = new();
    private static readonly SessionRef a = new(new InstanceId("a"), new SessionId(0x1a));
    private static readonly SessionRef b = new(new InstanceId("b"), new SessionId(0x1b));

    [Fact]
    public void MovesIn_TransactionOfSeveralSteps_OnlyThoseThatBeginAMove()
    {
        var begun = Record("0", ShardPhase.Preparing, b);
        var txn = EtcdTxn.If().Then(
            Put(begun),
            Put(Record("1", ShardPhase.Stable, next: null)),
            Put(Record("2", ShardPhase.Yielding, b)),
            EtcdOp.Delete(layout.Shard(DistributionSettings.Space, new ShardId("3"))),
            EtcdOp.Put(layout.Shard(DistributionSettings.Space, new ShardId("4")), "not a record"),
            EtcdOp.Put(layout.Namespace(DistributionSettings.Space), StoreCodec.Encode(begun)));

        Interruption.MovesIn(txn).Select(record => record.Shard).ShouldBe([begun.Shard]);
    }

    [Fact]
    public void Begin_OneServer_IsNoFault() => new Interruption(Cluster(servers: 1)).Begin().ShouldBeNull();

    [Fact]
    public void Begin_ServerThatDoesNotPlan_IsNotStopped()
    {
        var cluster = Cluster(servers: 2);
        new Interruption(cluster).Begin().ShouldNotBeNull();
        var txn = EtcdTxn.If().Then(Put(Record("0", ShardPhase.Preparing, b)));

        // One that plans would be stopped every other time.
        for (var times = 0; times < 20; times++)
            cluster.BeforeTxn!(cluster.Servers["server-1"], txn).ShouldBeNull();
    }

    private static EtcdOp Put(ShardRecord record) =>
        EtcdOp.Put(layout.Shard(DistributionSettings.Space, record.Shard), StoreCodec.Encode(record));

    private static ShardRecord Record(string shard, ShardPhase phase, SessionRef? next) => new()
    {
        Shard = new ShardId(shard),
        Range = HashRange.Full,
        Owner = a,
        Next = next,
        Phase = phase,
        Generation = new Generation(1),
        Reason = "balance",
    };

    private static DistributionCluster Cluster(int servers)
    {
        var world = new SimWorld(seed: 1, keepTrace: false);
        var options = SimulationOptions.Draw(1, WorkloadKind.Distributor) with { Servers = servers };
        var settings = DistributionSettings.Draw(world.Fork("settings"), options.Shards);
        return new DistributionCluster(world, options, settings, new RunReport(world));
    }
}
