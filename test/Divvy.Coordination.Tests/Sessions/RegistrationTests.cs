using Divvy.Coordination.Layout;
using Divvy.Coordination.Tests.Fixtures;
using Divvy.Rpc;

namespace Divvy.Coordination.Tests.Sessions;

public sealed class RegistrationTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    private static readonly NamespaceConfig config = new() { Shards = 4 };

    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task Register_FirstInstance_GetsEveryShard(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, config);

        var instance = await cluster.JoinAsync("a");

        await instance.UntilAsync(self => self.Active == 4, "four active shards");
        var space = await cluster.SettledAsync(4);
        space.Shards.Values.ShouldAllBe(shard => shard.Record.Owner == instance.Ref);
        await cluster.First.Log.WaitForAsync("Became leader for shard distribution");
        await cluster.First.Log.WaitForAsync("Sending initial assignment of shard");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Register_HeldId_IsRefusedAndNamesTheHolder(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, config);
        var holder = await cluster.JoinAsync("a");
        await using var second = new ScriptedInstance("a");

        var refusal = await Should.ThrowAsync<RpcException>(second.ConnectAsync(cluster.First.Channel));

        refusal.Code.ShouldBe(RpcStatusCode.AlreadyExists);
        refusal.Detail.ShouldContain("http://a:80");
        refusal.Detail.ShouldContain(holder.Ref.Session.ToString());
        refusal.Detail.ShouldContain("server-1");
        refusal.Detail.ShouldContain("expires in");
    }
}
