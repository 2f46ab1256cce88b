using Divvy.Client.Etcd;
using static Divvy.Client.Tests.Etcd.TestClients;

namespace Divvy.Client.Tests.Etcd;

public sealed class LeaderElectionTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    private readonly string prefix = NewPrefix();

    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task CampaignAsync_LeaderLeasesEndOneAfterTheOther_LeadershipFollowsTheLine(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var election = new LeaderElection(client, prefix);
        var leases = await LeasesAsync(client, 3);
        List<Task<LeaderKey>> campaigns = [];
        foreach (var lease in leases)
        {
            campaigns.Add(election.CampaignAsync(Bytes($"{lease:x}"), lease));
            await EnteredAsync(client, election, lease);
        }

        var first = await campaigns[0].OrTimeout("the first contender leads");
        campaigns[1].IsCompleted.ShouldBeFalse();
        await client.RevokeAsync(leases[0]);
        var second = await campaigns[1].OrTimeout("the second contender leads");
        campaigns[2].IsCompleted.ShouldBeFalse();
        await client.RevokeAsync(leases[1]);
        var third = await campaigns[2].OrTimeout("the third contender leads");

        third.CreateRevision.ShouldBeGreaterThan(second.CreateRevision);
        second.CreateRevision.ShouldBeGreaterThan(first.CreateRevision);
        (await election.LeaderAsync())!.Text.ShouldBe($"{leases[2]:x}");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task CampaignAsync_ContenderInTheMiddleGoes_NextDoesNotLeadYet(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var election = new LeaderElection(client, prefix);
        var leases = await LeasesAsync(client, 3);
        var leader = await election.CampaignAsync(Bytes("0"), leases[0]);
        var middle = election.CampaignAsync(Bytes("1"), leases[1]);
        await EnteredAsync(client, election, leases[1]);
        var last = election.CampaignAsync(Bytes("2"), leases[2]);
        await EnteredAsync(client, election, leases[2]);

        await election.WithdrawAsync(leases[1]);
        // Time enough for a contender that takes its predecessor's end for its own turn to give itself away.
        for (var i = 0; i < 50; i++)
            await election.LeaderAsync();

        last.IsCompleted.ShouldBeFalse();
        await election.ResignAsync(leader);
        await last.OrTimeout("the last contender leads after the resignation");
        await client.RevokeAsync(leases[2]);
        await middle.OrTimeout("the withdrawn contender, which entered again at the end, leads");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task CampaignAsync_AgainWithTheSameLease_KeepsThePlaceAndTakesTheNewValue(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var election = new LeaderElection(client, prefix);
        var lease = (await LeasesAsync(client, 1))[0];
        var before = await election.CampaignAsync(Bytes("old"), lease);

        var after = await election.CampaignAsync(Bytes("new"), lease);

        after.ShouldBe(before);
        (await election.LeaderAsync())!.Text.ShouldBe("new");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Guard_AfterLosingTheLease_StopsTheOldLeadersWrites(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var election = new LeaderElection(client, prefix);
        var lease = (await LeasesAsync(client, 1))[0];
        var leader = await election.CampaignAsync(Bytes("old"), lease);
        var write = EtcdTxn.If(leader.Guard).Then(EtcdOp.Put($"{prefix}-data", "written"));

        (await client.TxnAsync(write)).Succeeded.ShouldBeTrue();
        await client.RevokeAsync(lease);

        (await client.TxnAsync(write)).Succeeded.ShouldBeFalse();
        (await election.ProclaimAsync(leader, Bytes("ghost"))).ShouldBeFalse();
        await election.ResignAsync(leader);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task CampaignAsync_LeaseGone_Throws(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);

        var failure = await Should.ThrowAsync<EtcdException>(
            new LeaderElection(client, prefix).CampaignAsync(Bytes("x"), lease: 987654));

        failure.Code.ShouldBe(Divvy.Rpc.RpcStatusCode.NotFound);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task ObserveAsync_LeadersComeAndGo_YieldsEachChange(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var election = new LeaderElection(client, prefix);
        var leases = await LeasesAsync(client, 2);
        using var stop = new CancellationTokenSource();
        await using var seen = election.ObserveAsync(stop.Token).GetAsyncEnumerator();

        (await SeenAsync(seen)).ShouldBeNull();
        await election.CampaignAsync(Bytes("a"), leases[0]);
        (await SeenAsync(seen))!.Text.ShouldBe("a");
        var next = election.CampaignAsync(Bytes("b"), leases[1]);
        await EnteredAsync(client, election, leases[1]);
        await client.RevokeAsync(leases[0]);
        (await SeenAsync(seen))!.Text.ShouldBe("b");
        await election.ProclaimAsync(await next.OrTimeout("b leads"), Bytes("c"));
        (await SeenAsync(seen))!.Text.ShouldBe("c");
        await client.RevokeAsync(leases[1]);
        (await SeenAsync(seen)).ShouldBeNull();
    }

    private static async Task<Kv?> SeenAsync(IAsyncEnumerator<Kv?> observed)
    {
        await observed.MoveNextAsync().AsTask().OrTimeout("the next leader is observed");
        return observed.Current;
    }

    private static async Task<long[]> LeasesAsync(IEtcdClient client, int count) =>
        [.. (await Task.WhenAll(Enumerable.Range(0, count).Select(_ => client.GrantAsync(TimeSpan.FromMinutes(5)))))
            .Select(lease => lease.Id)];

    /// <summary>Waits until the contender's key is there, by a watch that also sees the past.</summary>
    private static async Task EnteredAsync(IEtcdClient client, LeaderElection election, long lease)
    {
        var read = await client.GetAsync(EtcdRange.Key(election.KeyOf(lease)));
        if (read.First is not null)
            return;
        var watch = new WatchOptions { StartRevision = read.Revision + 1, NoDelete = true };
        await client.WatchAsync(EtcdRange.Key(election.KeyOf(lease)), watch)
            .FirstAsync().AsTask().OrTimeout($"contender {lease:x} enters");
    }
}
