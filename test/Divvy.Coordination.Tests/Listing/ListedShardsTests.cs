using Divvy.Client.Listing;
using Divvy.Client.Servers;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Tests.Fixtures;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Tests.Listing;

/// <summary>Listed shards as applications add, write and finish them, over the store kinds.</summary>
public sealed class ListedShardsTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task Add_NewShards_AreAssignedAndNothingElseIs(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, NamespaceConfig.Listed);
        var a = await cluster.JoinAsync("a");

        (await Client(cluster).AddAsync([Shard("x"), Shard("y")])).ShouldBe([AdditionOutcome.Added, AdditionOutcome.Added]);

        await a.UntilAsync(self => self.Active == 2, "both shards");
        a.Owned.ShouldBe(["x", "y"]);
        (await Client(cluster).AddAsync([Shard("y"), Shard("z")])).ShouldBe([AdditionOutcome.Exists, AdditionOutcome.Added]);
        await a.UntilAsync(self => self.Active == 3, "the third");
        cluster.Now.Shards.Count.ShouldBe(3);
        (await Client(cluster).ReadAllAsync()).Shards.Select(shard => shard.Owner!.Value.Value).ShouldBe(["a", "a", "a"]);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Add_MoreThanATransactionHolds_AddsAll(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, NamespaceConfig.Listed);
        var shards = Enumerable.Range(0, 300).Select(number => Shard($"s{number:d3}") with { State = "first"u8.ToArray() });

        var outcomes = await Client(cluster).AddAsync([.. shards]);

        outcomes.ShouldAllBe(outcome => outcome == AdditionOutcome.Added);
        var read = await Client(cluster).ReadAllAsync();
        read.Shards.Count.ShouldBe(300);
        read.Shards.ShouldAllBe(shard => shard.State.Length == 5 && shard.Owner == null);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Finish_ByItsOwner_TakesTheShardAwayAndBringsItsChildren(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, NamespaceConfig.Listed);
        var a = await cluster.JoinAsync("a");
        var client = Client(cluster);
        await client.AddAsync([Shard("p"), Shard("other")]);
        await a.UntilAsync(self => self.Active == 2, "both shards");
        var parent = (await client.ReadAsync(new ShardId("p")))!;

        var finished = await client.FinishAsync(
            a.Ref, parent.Shard, parent.Generation, "end"u8.ToArray(), parent.StateRevision,
            [Shard("k1") with { Parents = [parent.Shard] }, Shard("k2") with { Parents = [parent.Shard] }, Shard("other")]);

        finished.Outcome.ShouldBe(StateWriteOutcome.Written);
        await a.UntilAsync(self => self.Owned.SequenceEqual(["k1", "k2", "other"]), "the children instead of the parent");
        a.Roles["k1"].Generation.ShouldBeGreaterThan(parent.Generation.Value);
        a.Roles["k1"].Parents.ShouldBe(["p"]);
        cluster.Now.Shards.Keys.Select(shard => shard.Value).ShouldBe(["k1", "k2", "other"]);
        var left = (await client.ReadAsync(parent.Shard))!;
        left.IsFinished.ShouldBeTrue();
        left.State.ToArray().ShouldBe("end"u8.ToArray());
        (await client.AddAsync([Shard("p")])).ShouldBe([AdditionOutcome.Finished]);
        var again = await client.FinishAsync(
            a.Ref, parent.Shard, parent.Generation, "end"u8.ToArray(), parent.StateRevision, []);
        again.Outcome.ShouldBe(StateWriteOutcome.Written, "an answer that was lost may be asked for again");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task FinishAndWrite_ByAFormerOwner_AreRefused(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, NamespaceConfig.Listed);
        var a = await cluster.JoinAsync("a");
        var client = Client(cluster);
        await client.AddAsync([Shard("x")]);
        await a.UntilAsync(self => self.Active == 1, "the shard");
        var former = (await client.ReadAsync(new ShardId("x")))!;
        var b = await cluster.JoinAsync("b");
        await a.DeregisterAsync();
        await b.UntilAsync(self => self.Active == 1, "the shard at b");

        var write = await client.WriteStateAsync(a.Ref, former.Shard, former.Generation, "late"u8.ToArray(), former.StateRevision);
        var finish = await client.FinishAsync(
            a.Ref, former.Shard, former.Generation, "late"u8.ToArray(), former.StateRevision, [Shard("child")]);
        var guessed = await client.WriteStateAsync(
            a.Ref, former.Shard, new Generation(b.Roles["x"].Generation), "late"u8.ToArray(), former.StateRevision);

        write.Outcome.ShouldBe(StateWriteOutcome.Refused);
        write.Reason.ShouldContain($"owned by {b.Ref}");
        finish.Outcome.ShouldBe(StateWriteOutcome.Refused);
        guessed.Outcome.ShouldBe(StateWriteOutcome.Refused);
        (await client.ReadAsync(former.Shard))!.State.Length.ShouldBe(0);
        (await client.ReadAsync(new ShardId("child"))).ShouldBeNull();
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Write_ByTheOwner_NamesTheStateItReplaces(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, NamespaceConfig.Listed);
        var a = await cluster.JoinAsync("a");
        var client = Client(cluster);
        await client.AddAsync([Shard("x")]);
        await a.UntilAsync(self => self.Active == 1, "the shard");
        var read = (await client.ReadAsync(new ShardId("x")))!;

        var first = await Write("1"u8.ToArray(), read.StateRevision);
        var stale = await Write("2"u8.ToArray(), read.StateRevision);
        var repeated = await Write("1"u8.ToArray(), read.StateRevision);
        var second = await Write("2"u8.ToArray(), first.StateRevision);

        first.Outcome.ShouldBe(StateWriteOutcome.Written);
        stale.Outcome.ShouldBe(StateWriteOutcome.Changed);
        stale.StateRevision.ShouldBe(first.StateRevision);
        stale.Present.ToArray().ShouldBe("1"u8.ToArray());
        repeated.Outcome.ShouldBe(StateWriteOutcome.Written, "it is there already");
        repeated.StateRevision.ShouldBe(first.StateRevision);
        second.Outcome.ShouldBe(StateWriteOutcome.Written);

        Task<StateWrite> Write(byte[] state, long replaced) =>
            client.WriteStateAsync(a.Ref, read.Shard, read.Generation, state, replaced);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Write_WhileTheShardYields_IsStillTheOwners(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, NamespaceConfig.Listed);
        var a = await cluster.JoinAsync("a");
        var client = Client(cluster);
        await client.AddAsync([Shard("x"), Shard("y")]);
        await a.UntilAsync(self => self.Active == 2, "both shards");
        a.Answers = role => role.Kind != RoleKind.RoleYielding;
        var b = await cluster.JoinAsync("b");
        await a.UntilAsync(self => self.Roles.Values.Any(role => role.Kind == RoleKind.RoleYielding), "a yielding shard");
        var shard = new ShardId(a.Roles.Values.Single(role => role.Kind == RoleKind.RoleYielding).Shard);
        var read = (await client.ReadAsync(shard))!;
        read.Next.ShouldBe(new InstanceId("b"));

        var last = await client.WriteStateAsync(a.Ref, shard, read.Generation, "last"u8.ToArray(), read.StateRevision);
        await a.AnswerAsync(shard.Value);
        await b.UntilAsync(self => self.Active == 1, "the shard at b");
        var late = await client.WriteStateAsync(a.Ref, shard, read.Generation, "late"u8.ToArray(), last.StateRevision);

        last.Outcome.ShouldBe(StateWriteOutcome.Written);
        late.Outcome.ShouldBe(StateWriteOutcome.Refused);
        (await client.ReadAsync(shard))!.State.ToArray().ShouldBe("last"u8.ToArray());
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Forget_AFinishedShard_LetsItsNameComeBackAboveItsGenerations(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, NamespaceConfig.Listed);
        var client = Client(cluster);
        var highest = 0L;
        for (var life = 0; life < 3; life++)
        {
            await using var owner = await cluster.JoinAsync($"owner-{life}");
            await client.AddAsync([Shard("x")]);
            await owner.UntilAsync(self => self.Active == 1, $"the shard in life {life}");
            var read = (await client.ReadAsync(new ShardId("x")))!;
            read.Generation.Value.ShouldBeGreaterThan(highest);
            highest = read.Generation.Value;
            (await client.ForgetAsync([read])).ShouldBe(0, "it is not finished");
            await client.FinishAsync(owner.Ref, read.Shard, read.Generation, "end"u8.ToArray(), read.StateRevision, []);
            (await client.ForgetAsync([read])).ShouldBe(0, "it has another state by now");
            (await client.ForgetAsync([(await client.ReadAsync(read.Shard))!])).ShouldBe(1);
            (await client.ReadAsync(read.Shard)).ShouldBeNull();
            await owner.DeregisterAsync();
        }
    }

    [Fact]
    public async Task Add_ToAFixedNamespace_IsRefusedAndCreatesNothing()
    {
        await using var cluster = await TestCluster.StartAsync(stores, StoreKind.Embedded, new NamespaceConfig { Shards = 2 });

        var refusal = await Should.ThrowAsync<ListedShardException>(
            () => Client(cluster).AddAsync([Shard("x")], new NewNamespace()));

        refusal.Message.ShouldContain("fixed layout of 2 shards");
        cluster.Now.Shards.ShouldNotContainKey(new ShardId("x"));
    }

    [Fact]
    public async Task Add_WithCreation_MakesAListedNamespace()
    {
        await using var cluster = await TestCluster.StartAsync(stores, StoreKind.Embedded, new NamespaceConfig { Shards = 2 });
        var client = Client(cluster, "streams");
        await Should.ThrowAsync<ListedShardException>(() => client.AddAsync([Shard("x")]));

        await client.AddAsync([Shard("x")], new NewNamespace(TimeSpan.FromSeconds(3)));

        var config = cluster.First.Server.Mirror.Current.Find("streams")!.Config!;
        config.Layout.ShouldBe(Core.Keys.NamespaceLayout.Listed);
        config.SessionTtlMs.ShouldBe(3_000);
    }

    [Fact]
    public async Task Remove_TheNamespace_TakesTheStatesAlong()
    {
        await using var cluster = await TestCluster.StartAsync(stores, StoreKind.Embedded, NamespaceConfig.Listed);
        await Client(cluster).AddAsync([Shard("x") with { State = "s"u8.ToArray() }]);
        using var http = await cluster.First.ServeAsync();

        await http.DeleteAsync($"/api/v1/namespaces/{TestCluster.Space}");

        await cluster.UntilAsync(space => space.Config is null, "the namespace gone");
        var left = await cluster.First.Store.GetAsync(
            Divvy.Client.Etcd.EtcdRange.Prefix(cluster.Layout.StatePrefix(TestCluster.Space)));
        left.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("a b", 0, 0, 0, "letters")]
    [InlineData("a", 20_000, 0, 0, "16384")]
    [InlineData("a", 0, 17, 0, "17 parents")]
    [InlineData("a", 0, 0, 5, "not behind its start")]
    public async Task Add_WhatCannotBe_IsRefusedWithTheReason(string name, int state, int parents, int start, string mentions)
    {
        await using var cluster = await TestCluster.StartAsync(stores, StoreKind.Embedded, NamespaceConfig.Listed);
        var shard = Shard(name) with
        {
            State = new byte[state],
            Parents = [.. Enumerable.Range(0, parents).Select(number => new ShardId($"p{number}"))],
            Range = start == 0 ? Core.Keys.HashRange.Full : new Core.Keys.HashRange((ulong)start, 3),
        };

        (await Should.ThrowAsync<ListedShardException>(() => Client(cluster).AddAsync([shard])))
            .Message.ShouldContain(mentions);
    }

    [Fact]
    public async Task Add_OneNameTwice_IsRefused()
    {
        await using var cluster = await TestCluster.StartAsync(stores, StoreKind.Embedded, NamespaceConfig.Listed);

        (await Should.ThrowAsync<ListedShardException>(() => Client(cluster).AddAsync([Shard("a"), Shard("a")])))
            .Message.ShouldContain("'a' twice");
    }

    [Fact]
    public async Task Routing_OfAListedNamespace_SaysThatNoKeyLeadsAnywhere()
    {
        await using var cluster = await TestCluster.StartAsync(stores, StoreKind.Embedded, NamespaceConfig.Listed);
        await Client(cluster).AddAsync([Shard("x"), Shard("y")]);
        await using var router = new Divvy.Client.Routing.ShardRouter(
            new Divvy.Client.Routing.ShardRouterOptions
            {
                Namespace = TestCluster.Space,
                Servers = [new Uri("http://127.0.0.1:1")],
            },
            new ServerChannels([cluster.First.Channel]));
        router.Start();

        var table = await router.WaitForTableAsync().Within("a routing table");

        table.IsListed.ShouldBeTrue();
        table.Count.ShouldBe(2, "ranges overlap, and both stay");
        router.Find("key").ShouldBeNull();
        router.Find(new ShardId("y")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Finish_WhileAMoveIsUnderWay_EndsTheMove()
    {
        await using var cluster = await TestCluster.StartAsync(stores, StoreKind.Embedded, NamespaceConfig.Listed);
        var a = await cluster.JoinAsync("a");
        var client = Client(cluster);
        await client.AddAsync([Shard("x"), Shard("y")]);
        await a.UntilAsync(self => self.Active == 2, "both shards");
        var b = await cluster.JoinAsync("b", prepare: self => self.Answers = role => role.Kind == RoleKind.RoleActive);
        await b.UntilAsync(self => self.Roles.Values.Any(role => role.Kind == RoleKind.RolePreparing), "a move to b");
        var shard = (await client.ReadAsync(new ShardId(b.Roles.Values.First().Shard)))!;

        var finish = await client.FinishAsync(a.Ref, shard.Shard, shard.Generation, default, shard.StateRevision, []);

        finish.Outcome.ShouldBe(StateWriteOutcome.Written);
        await b.UntilRoleAsync(shard.Shard.Value, RoleKind.RoleNone);
        await a.UntilRoleAsync(shard.Shard.Value, RoleKind.RoleNone);
        cluster.Now.Shards.ShouldHaveSingleItem().Value.Record.Phase.ShouldBe(ShardPhase.Stable);
    }

    [Fact]
    public async Task Call_WhenAServerIsDown_IsDoneByTheNext()
    {
        await using var cluster = await TestCluster.StartAsync(stores, StoreKind.Embedded, NamespaceConfig.Listed);
        await using var down = new Divvy.Rpc.Client.HttpChannel(new Uri("http://127.0.0.1:1"));
        var client = new ListedShardClient(TestCluster.Space, new ServerChannels([down, cluster.First.Channel]));

        (await client.AddAsync([Shard("x")])).ShouldBe([AdditionOutcome.Added]);

        var alone = new ListedShardClient(
            TestCluster.Space,
            new ServerChannels([down]),
            new ListedShardClientOptions { Timeout = TimeSpan.FromMilliseconds(200) });
        (await Should.ThrowAsync<ListedShardException>(() => alone.ReadAllAsync())).Message
            .ShouldContain("no server did it within 0.2 s");
    }

    private static NewShard Shard(string name) => new(new ShardId(name));

    private static ListedShardClient Client(TestCluster cluster, string space = TestCluster.Space) =>
        new(space, new ServerChannels([cluster.First.Channel]));
}
