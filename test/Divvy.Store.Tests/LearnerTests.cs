using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Tests.Conformance;
using static Divvy.Store.Tests.Conformance.Api;

namespace Divvy.Store.Tests;

/// <summary>A member without a vote: what it answers, and how it gets a vote.</summary>
public sealed class LearnerTests
{
    private const string NotSupported = "etcdserver: rpc not supported for learner";

    [Fact]
    public async Task Learner_UntilPromoted_AnswersSerializableReadsOnly()
    {
        await using var cluster = await ServedCluster.StartAsync(size: 1);
        var leader = new Api(cluster.Members[0].Channel);
        await leader.PutAsync("a", "1");
        var host = await cluster.AddLearnerAsync("late");
        var learner = new Api(host.Channel);
        await host.Store.Ready.WaitAsync(TimeSpan.FromSeconds(30));

        (await learner.RangeAsync(new RangeRequest { Key = Bytes("a"), Serializable = true })).Count.ShouldBe(1);
        var status = await learner.CallAsync(EtcdMethods.Status, new StatusRequest());
        status.IsLearner.ShouldBeTrue();
        status.Leader.ShouldNotBe(status.Header.MemberId);
        await foreach (var piece in learner.Channel.ServerStreamAsync(EtcdMethods.Snapshot, new SnapshotRequest()))
            piece.Blob.Length.ShouldBePositive();
        await Refused(learner.GetAsync("a"));
        await Refused(learner.PutAsync("a", "2"));
        await Refused(learner.GrantAsync(60));
        await Refused(learner.CallAsync(EtcdMethods.MemberList, new MemberListRequest()));
        await Refused(learner.CallAsync(EtcdMethods.HashKV, new HashKVRequest()));
        await using (var watch = learner.Channel.Open(EtcdMethods.Watch))
            await Refused(watch.ReadAsync().AsTask());

        await cluster.PromoteAsync(status.Header.MemberId);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await learner.CallAsync(EtcdMethods.Status, new StatusRequest())).IsLearner)
            limit.IsCancellationRequested.ShouldBeFalse("the learner has not heard that it was promoted");

        await learner.PutAsync("a", "2");
        (await learner.GetAsync("a"))!.Value.ToStringUtf8().ShouldBe("2");

        static Task Refused(Task call) => call.ShouldBeRefusedAsync(RpcStatusCode.Unavailable, NotSupported);
    }
}
