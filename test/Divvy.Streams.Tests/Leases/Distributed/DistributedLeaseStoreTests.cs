using Divvy.Coordination.Layout;
using Divvy.Core.Identity;
using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;
using Divvy.Streams.Leases.Distributed;
using Divvy.TestKit;
using Divvy.TestKit.Etcd;

namespace Divvy.Streams.Tests.Leases.Distributed;

/// <summary>The store against real servers in this process. What it promises is <see cref="ILeaseStore"/>'s.</summary>
public sealed class DistributedLeaseStoreTests
{
    [Fact]
    public async Task Start_TheFirstWorker_GetsALeaseOfEveryShardAtTheInitialPosition()
    {
        await using var cluster = await LeaseCluster.StartAsync();
        cluster.Stream.Create(3);

        var a = await cluster.JoinAsync("a");

        await a.HoldsAsync("s000", "s001", "s002");
        a.Held["s001"].Lease.Checkpoint.ShouldBe(Checkpoint.TrimHorizon);
        a.Held["s001"].Stream.ShouldBe(FakeStream.Name);
        a.Held["s001"].Fence.ShouldBeGreaterThan(0);
        var listed = await a.Store.ListAsync(default);
        listed.Select(lease => (lease.Key, lease.Owner)).ShouldBe([("s000", "a"), ("s001", "a"), ("s002", "a")]);
        listed[0].HashKeys!.Value.Start.ShouldBe(UInt128.Zero);
    }

    [Fact]
    public Task Handover_Planned_GoesOnWhereTheFormerOwnerEnded() => PlannedHandoverAsync(onEtcd: false);

    [EtcdFact]
    public Task Handover_PlannedOnEtcd_GoesOnWhereTheFormerOwnerEnded() => PlannedHandoverAsync(onEtcd: true);

    [Fact]
    public Task Checkpoint_OfAWorkerThatWasStopped_IsRefused() => LateCheckpointAsync(onEtcd: false);

    [EtcdFact]
    public Task Checkpoint_OfAWorkerThatWasStoppedOnEtcd_IsRefused() => LateCheckpointAsync(onEtcd: true);

    [Fact]
    public async Task Checkpoint_OfATerm_NeverGoesBack()
    {
        await using var cluster = await LeaseCluster.StartAsync();
        cluster.Stream.Create(1);
        var a = await cluster.JoinAsync("a");
        await a.HoldsAsync("s000");
        var term = a.Held["s000"];

        await a.Store.CheckpointAsync(term, new Checkpoint("20", 3), default);
        await a.Store.CheckpointAsync(term, new Checkpoint("20", 2), default);
        await a.Store.CheckpointAsync(term, new Checkpoint("7"), default);

        (await a.Store.ListAsync(default)).Single().Checkpoint.ShouldBe(new Checkpoint("20", 3));
    }

    [Fact]
    public async Task Announce_NotMadeBeforeTheOwnerDies_IsToldToTheNextOwner()
    {
        await using var cluster = await LeaseCluster.StartAsync();
        cluster.Stream.Create(1);
        var a = await cluster.JoinAsync("a");
        await a.HoldsAsync("s000");
        await a.Store.CheckpointAsync(a.Held["s000"], new Checkpoint("5"), default);
        await a.Store.AnnounceCheckpointAsync(a.Held["s000"], new Checkpoint("9"), "why"u8.ToArray(), default);

        await a.Store.DisposeAsync();
        var b = await cluster.JoinAsync("b");

        await b.HoldsAsync("s000");
        var lease = b.Held["s000"].Lease;
        lease.Checkpoint.ShouldBe(new Checkpoint("5"));
        lease.PendingCheckpoint.ShouldBe(new Checkpoint("9"));
        lease.PendingState.ToArray().ShouldBe("why"u8.ToArray());
        lease.OwnerSwitchesSinceCheckpoint.ShouldBe(1);
        await b.Store.CheckpointAsync(b.Held["s000"], new Checkpoint("9"), default);
        var after = (await b.Store.ListAsync(default)).Single();
        after.PendingCheckpoint.ShouldBeNull();
        after.OwnerSwitchesSinceCheckpoint.ShouldBe(0);
    }

    [Fact]
    public async Task Finish_ASplitShard_BringsItsChildrenAndTakesNoPlace()
    {
        await using var cluster = await LeaseCluster.StartAsync();
        cluster.Stream.Create(2);
        var a = await cluster.JoinAsync("a");
        await a.HoldsAsync("s000", "s001");
        cluster.Stream.Split("s000");
        var term = a.Held["s000"];

        await a.Store.FinishAsync(term, [], default);

        await a.UntilAsync(
            self => self.Held.ContainsKey("s000-a") && self.Held.ContainsKey("s000-b"), "the children");
        term.Ended.IsCancellationRequested.ShouldBeTrue();
        a.Story.ShouldNotContain("lost s000");
        a.Held["s000-a"].Lease.Checkpoint.ShouldBe(Checkpoint.TrimHorizon);
        a.Held["s000-a"].Lease.Parents.ShouldBe(["s000"]);
        var rows = (await a.Store.ListAsync(default)).ToDictionary(lease => lease.Key);
        rows["s000"].IsFinished.ShouldBeTrue();
        rows["s000"].Children.ShouldBe(["s000-a", "s000-b"]);
        cluster.Server.Mirror.Current.Get(LeaseCluster.Application).Shards.Keys.Select(shard => shard.Value)
            .ShouldBe(["s000-a", "s000-b", "s001"]);
        await Should.ThrowAsync<LeaseLostException>(
            async () => await a.Store.CheckpointAsync(term, new Checkpoint("99"), default));
    }

    [Fact]
    public async Task Finish_ParentsOfAMerge_BringTheChildWithTheSecond()
    {
        await using var cluster = await LeaseCluster.StartAsync();
        cluster.Stream.Create(2);
        var a = await cluster.JoinAsync("a");
        await a.HoldsAsync("s000", "s001");
        cluster.Stream.Merge("s000", "s001", "m");

        await a.Store.FinishAsync(a.Held["s001"], [], default);
        (await a.Store.ListAsync(default)).ShouldNotContain(lease => lease.Key == "m");
        await a.Store.FinishAsync(a.Held["s000"], [], default);

        await a.UntilAsync(self => self.Held.ContainsKey("m"), "the merged shard");
    }

    [Fact]
    public async Task Finish_ChildrenThatOnlyTheLastReadNames_BringsThem()
    {
        await using var cluster = await LeaseCluster.StartAsync();
        cluster.Stream.Create(1);
        var a = await cluster.JoinAsync("a");
        await a.HoldsAsync("s000");
        cluster.Stream.Failure = new KinesisException("throttled", "LimitExceededException");

        await a.Store.FinishAsync(
            a.Held["s000"], [new StreamShard("c", ["s000"], HashKeyRange.All, false)], default);

        await a.UntilAsync(self => self.Held.ContainsKey("c"), "the child");
    }

    [Fact]
    public async Task Sync_ParentsNeedNotComeFirst_BringsChildrenBesideTheirParent()
    {
        await using var cluster = await LeaseCluster.StartAsync();
        cluster.Stream.Create(1);
        var a = cluster.Add(With(cluster.Options("a"), parentsFirst: false));
        await a.Store.StartAsync(a, default);
        await a.HoldsAsync("s000");

        cluster.Stream.Split("s000");
        await a.HoldsAsync("s000", "s000-a", "s000-b");

        // A child that ran beside its parent can be moved while the parent is still here.
        var b = cluster.Add(With(cluster.Options("b"), parentsFirst: false));
        await b.Store.StartAsync(b, default);
        await b.UntilAsync(self => self.Held.Count > 0, "a share");
    }

    [Fact]
    public async Task Sync_ByTheLowestWorkerAlone_FollowsTheStream()
    {
        await using var cluster = await LeaseCluster.StartAsync();
        cluster.Stream.Create(1);
        var b = await cluster.JoinAsync("b");
        await b.HoldsAsync("s000");
        cluster.Stream.Split("s000");
        // Its child is not ready, so that nothing is added; the shard that came out of nowhere is.
        cluster.Stream.Create(2);

        await b.UntilAsync(self => self.Held.ContainsKey("s001"), "a shard nobody came upon");

        (await cluster.Shards.ReadAsync(new ShardId("s000-a"))).ShouldBeNull();
    }

    [Fact]
    public async Task Clean_FinishedLeasesNobodyNeeds_AreForgotten()
    {
        await using var cluster = await LeaseCluster.StartAsync();
        cluster.Stream.Create(1);
        var a = cluster.Add(With(cluster.Options("a"), cleanup: TimeSpan.FromMilliseconds(1)));
        await a.Store.StartAsync(a, default);
        await a.HoldsAsync("s000");
        cluster.Stream.Split("s000");
        await a.Store.FinishAsync(a.Held["s000"], [], default);
        await a.UntilAsync(
            self => self.Held.ContainsKey("s000-a") && self.Held.ContainsKey("s000-b"), "the children");
        (await cluster.Shards.ReadAsync(new ShardId("s000"))).ShouldNotBeNull("its children have not begun");

        await a.Store.CheckpointAsync(a.Held["s000-a"], new Checkpoint("1"), default);
        await a.Store.CheckpointAsync(a.Held["s000-b"], new Checkpoint("1"), default);

        for (var looks = 0; await cluster.Shards.ReadAsync(new ShardId("s000")) is not null; looks++)
        {
            looks.ShouldBeLessThan(600, "the finished lease should be forgotten");
            await Task.Delay(50);
        }
    }

    [Fact]
    public async Task Stop_OneOfTwo_HandsOverEverythingAtOnce()
    {
        await using var cluster = await LeaseCluster.StartAsync();
        cluster.Stream.Create(8);
        var a = await cluster.JoinAsync("a");
        var b = await cluster.JoinAsync("b");
        await a.UntilAsync(self => self.Held.Count == 4, "half of the leases");
        await b.UntilAsync(self => self.Held.Count == 4, "the other half");
        a.OnYield = async (term, _) => await a.Store.CheckpointAsync(term, new Checkpoint("7"), default);

        await a.Store.StopAsync(default);

        await b.UntilAsync(self => self.Held.Count == 8, "all leases");
        a.Held.ShouldBeEmpty();
        a.Story.ShouldNotContain(line => line.StartsWith("lost"));
        b.Held.Values.Count(term => term.Lease.Checkpoint == new Checkpoint("7")).ShouldBe(4);
    }

    [Fact]
    public async Task Stop_TheLastWorker_YieldsAndLeavesWithoutWaitingForOthers()
    {
        await using var cluster = await LeaseCluster.StartAsync();
        cluster.Stream.Create(3);
        var a = await cluster.JoinAsync("a");
        await a.HoldsAsync("s000", "s001", "s002");

        await a.Store.StopAsync(default).WaitAsync(TimeSpan.FromSeconds(20));

        a.Story.Count(line => line.StartsWith("yielded")).ShouldBe(3);
        await Should.ThrowAsync<LeaseLostException>(async () => await a.Store.CheckpointAsync(
            new LeaseTerm(FakeStream.Name, "s000", new StreamLease("s000"), 1, default), new Checkpoint("1"), default));
    }

    [Fact]
    public async Task Rebalance_ThreeToFiveWorkers_MovesTwelveOfThirty()
    {
        await using var cluster = await LeaseCluster.StartAsync();
        cluster.Stream.Create(30);
        await Task.WhenAll(cluster.JoinAsync("w1"), cluster.JoinAsync("w2"), cluster.JoinAsync("w3"));
        foreach (var worker in cluster.Workers)
            await worker.UntilAsync(self => self.Held.Count == 10, "ten leases each");
        var before = cluster.Workers.Sum(worker => worker.Granted);

        await Task.WhenAll(cluster.JoinAsync("w4"), cluster.JoinAsync("w5"));
        foreach (var worker in cluster.Workers)
            await worker.UntilAsync(self => self.Held.Count == 6, "six leases each");

        (cluster.Workers.Sum(worker => worker.Granted) - before).ShouldBe(12);
    }

    [Fact]
    public async Task Start_InAFixedNamespace_SaysWhatIsWrong()
    {
        await using var cluster = await LeaseCluster.StartAsync();
        await cluster.Server.EnsureNamespaceAsync(LeaseCluster.Application, new NamespaceConfig { Shards = 4 });

        var failure = await Should.ThrowAsync<LeaseStoreException>(() => cluster.JoinAsync("a"));

        failure.Message.ShouldContain("application app");
        failure.Message.ShouldContain("fixed layout of 4 shards");
    }

    [Fact]
    public async Task Start_StreamThatIsNotThere_SaysSo()
    {
        await using var cluster = await LeaseCluster.StartAsync();
        cluster.Stream.Failure = new StreamNotFoundException("there is no stream orders");

        (await Should.ThrowAsync<LeaseStoreException>(() => cluster.JoinAsync("a"))).Message
            .ShouldContain("no stream orders");
    }

    [Fact]
    public void Options_ThatCannotBe_AreAllNamed()
    {
        var options = new DistributedLeaseStoreOptions
        {
            Servers = [],
            Namespace = "a b",
            WorkerId = "",
            Streams = [],
            Shards = new FakeStream(),
            LeaseDuration = TimeSpan.FromMilliseconds(1),
            ShardSyncInterval = TimeSpan.Zero,
            InitialPosition = new Checkpoint("5"),
        };

        var failure = Should.Throw<ArgumentException>(() => new DistributedLeaseStore(options));

        foreach (var name in new[]
        {
            "Servers", "Namespace", "InstanceId", "Streams", "LeaseDuration", "ShardSyncInterval", "InitialPosition",
        })
            failure.Message.ShouldContain(name);
    }

    private static async Task PlannedHandoverAsync(bool onEtcd)
    {
        await using var cluster = await LeaseCluster.StartAsync(onEtcd);
        cluster.Stream.Create(2);
        var a = await cluster.JoinAsync("a");
        await a.HoldsAsync("s000", "s001");
        var mayYield = new TaskCompletionSource();
        a.OnYield = async (term, _) =>
        {
            await mayYield.Task;
            await a.Store.CheckpointAsync(term, new Checkpoint("41"), default);
        };
        var b = await cluster.JoinAsync("b");
        await a.UntilAsync(self => self.Story.Any(line => line.StartsWith("yield ")), "a yield");
        var shard = a.Story.First(line => line.StartsWith("yield "))["yield ".Length..];
        var term = a.Held[shard];
        b.Held.ShouldBeEmpty();
        var moving = (await b.Store.ListAsync(default)).Single(lease => lease.Key == shard);
        (moving.Owner, moving.YieldingOwner, moving.Holder).ShouldBe(("b", "a", "a"));

        mayYield.SetResult();

        await b.HoldsAsync(shard);
        b.Held[shard].Lease.Checkpoint.ShouldBe(new Checkpoint("41"));
        b.Held[shard].Fence.ShouldBeGreaterThan(term.Fence);
        term.Ended.IsCancellationRequested.ShouldBeTrue();
        a.Story.ShouldNotContain($"lost {shard}");
        await Should.ThrowAsync<LeaseLostException>(
            async () => await a.Store.CheckpointAsync(term, new Checkpoint("42"), default));
    }

    /// <summary>The worker's clock stands still and it hears nothing, so that it neither renews its session nor finds out:
    /// as a process that was stopped, in the moment after it goes on.</summary>
    private static async Task LateCheckpointAsync(bool onEtcd)
    {
        await using var cluster = await LeaseCluster.StartAsync(onEtcd);
        cluster.Stream.Create(1);
        var muted = new MutedChannel(cluster.Channels[0]);
        var a = cluster.Add(
            With(cluster.Options("a"), time: new ManualTimeProvider()), new Divvy.Client.Servers.ServerChannels([muted]));
        await a.Store.StartAsync(a, default);
        await a.HoldsAsync("s000");
        var term = a.Held["s000"];
        await a.Store.CheckpointAsync(term, new Checkpoint("1"), default);
        muted.Mute();
        var b = await cluster.JoinAsync("b");
        await b.HoldsAsync("s000");
        term.Ended.IsCancellationRequested.ShouldBeFalse("it does not know");

        var refusal = await Should.ThrowAsync<LeaseLostException>(
            async () => await a.Store.CheckpointAsync(term, new Checkpoint("2"), default));

        refusal.Message.ShouldContain("owned by b");
        await Should.ThrowAsync<LeaseLostException>(async () => await a.Store.FinishAsync(term, [], default));
        (await b.Store.ListAsync(default)).Single().Checkpoint.ShouldBe(new Checkpoint("1"));
        b.Held["s000"].Lease.Checkpoint.ShouldBe(new Checkpoint("1"));
    }

    private static DistributedLeaseStoreOptions With(
        DistributedLeaseStoreOptions options,
        bool parentsFirst = true,
        TimeSpan? cleanup = null,
        TimeProvider? time = null) => new()
        {
            Servers = options.Servers,
            Namespace = options.Namespace,
            WorkerId = options.WorkerId,
            Streams = options.Streams,
            Shards = options.Shards,
            LeaseDuration = options.LeaseDuration,
            ShardSyncInterval = options.ShardSyncInterval,
            ParentsFirst = parentsFirst,
            CleanupInterval = cleanup ?? options.CleanupInterval,
            TimeProvider = time,
        };
}
