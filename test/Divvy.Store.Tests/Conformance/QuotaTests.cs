using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.TestKit;

namespace Divvy.Store.Tests.Conformance;

/// <summary>A store that is full, and the way out: compact, defragment, end the alarm.</summary>
public sealed class QuotaTests
{
    private const string NoSpace = "etcdserver: mvcc: database space exceeded";

    [Fact]
    public async Task Full_CompactedDefragmentedDisarmed_TakesWritesAgain()
    {
        using var folder = new TempDirectory();
        await using var host = await StoreHost.StartAsync(
            new EmbeddedStoreOptions { DataDirectory = folder.Path, QuotaBytes = 200_000 });
        await FillAndRecoverAsync([host]);
    }

    [Fact]
    public async Task FullCluster_CompactedDefragmentedDisarmed_TakesWritesAgain()
    {
        await using var cluster = await ServedCluster.StartAsync(
            change: static options => options with { QuotaBytes = 200_000 });
        await FillAndRecoverAsync(cluster.Members);
    }

    private static async Task FillAndRecoverAsync(IReadOnlyList<StoreHost> members)
    {
        var apis = members.Select(member => new Api(member.Channel)).ToList();
        var value = new string('x', 10_000);
        long revision = 0;
        var full = await Should.ThrowAsync<RpcException>(async () =>
        {
            for (var put = 0; put < 100; put++)
                revision = await apis[put % apis.Count].PutAsync("full", value);
        });

        (full.Code, full.Detail).ShouldBe((RpcStatusCode.ResourceExhausted, NoSpace));
        revision.ShouldBeGreaterThan(10);
        foreach (var api in apis)
        {
            await api.PutAsync("other", "1").ShouldBeRefusedAsync(RpcStatusCode.ResourceExhausted, NoSpace);
            (await api.GetAsync("full"))!.ModRevision.ShouldBe(revision);
            (await api.CallAsync(EtcdMethods.Status, new StatusRequest())).Errors
                .ShouldContain(error => error.Contains("NOSPACE", StringComparison.Ordinal));
        }

        await apis[0].CompactAsync(revision);
        foreach (var api in apis)
        {
            await api.GetAsync("full"); // linearizable: this member has applied the compaction
            await api.CallAsync(EtcdMethods.Defragment, new DefragmentRequest());
        }

        var alarms = await apis[0].CallAsync(EtcdMethods.Alarm, new AlarmRequest());
        foreach (var alarm in alarms.Alarms)
        {
            await apis[0].CallAsync(EtcdMethods.Alarm, new AlarmRequest
            {
                Action = AlarmRequest.Types.AlarmAction.Deactivate,
                Alarm = alarm.Alarm,
                MemberID = alarm.MemberID,
            });
        }

        foreach (var api in apis)
            await api.PutAsync("full", "1");
    }
}
