using System.Security.Cryptography;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using static Divvy.Store.Tests.Conformance.Api;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Alarms, hashes, snapshots, defragmentation, moving the leader.</summary>
public abstract class MaintenanceConformance(IServer server)
{
    private const string NoSpace = "etcdserver: mvcc: database space exceeded";
    private const string Corrupt = "etcdserver: corrupt cluster";

    private readonly Api api = new(server.Channel);

    [ConformanceFact]
    public async Task Alarm_Nospace_RefusesWhatNeedsRoomUntilItIsEnded()
    {
        await api.PutAsync("m/full", "1");
        var lease = await api.GrantAsync(60);
        var raised = await AlarmAsync(AlarmRequest.Types.AlarmAction.Activate, AlarmType.Nospace);
        try
        {
            raised.Alarms.Single().Alarm.ShouldBe(AlarmType.Nospace);
            await Refused(api.PutAsync("m/full", "2"));
            await Refused(api.TxnAsync(new TxnRequest { Failure = { Op(NewPut("m/full", "2")) } }));
            await Refused(api.GrantAsync(60));
            (await api.GetAsync("m/full"))!.Value.ToStringUtf8().ShouldBe("1");
            (await api.TxnAsync(new TxnRequest { Success = { Op(NewRange("m/full")) } })).Succeeded.ShouldBeTrue();
            await api.CallAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { ID = lease.ID });
            (await api.DeleteAsync(NewDelete("m/full"))).Deleted.ShouldBe(1);
            (await StatusAsync()).Errors.Single().ShouldContain("alarm:NOSPACE");
            (await AlarmAsync(AlarmRequest.Types.AlarmAction.Get, AlarmType.None)).Alarms.ShouldBe(raised.Alarms);
            (await AlarmAsync(AlarmRequest.Types.AlarmAction.Get, AlarmType.Corrupt)).Alarms.ShouldBeEmpty();
            await AlarmAsync(AlarmRequest.Types.AlarmAction.Activate, AlarmType.Nospace);
            (await AlarmAsync(AlarmRequest.Types.AlarmAction.Get, AlarmType.Nospace)).Alarms.ShouldBe(raised.Alarms);
        }
        finally
        {
            await AlarmAsync(AlarmRequest.Types.AlarmAction.Deactivate, AlarmType.Nospace, raised.Alarms[0].MemberID);
        }

        await api.PutAsync("m/full", "3");
        (await StatusAsync()).Errors.ShouldBeEmpty();

        static Task Refused(Task call) => call.ShouldBeRefusedAsync(RpcStatusCode.ResourceExhausted, NoSpace);
    }

    [ConformanceFact]
    public async Task Alarm_Corrupt_RefusesEveryChangeUntilItIsEnded()
    {
        await api.PutAsync("m/corrupt", "1");
        var lease = await api.GrantAsync(60);
        var raised = await AlarmAsync(AlarmRequest.Types.AlarmAction.Activate, AlarmType.Corrupt);
        try
        {
            await Refused(api.PutAsync("m/corrupt", "2"));
            await Refused(api.DeleteAsync(NewDelete("m/corrupt")));
            await Refused(api.TxnAsync(new TxnRequest { Success = { Op(NewDelete("m/corrupt")) } }));
            await Refused(api.CompactAsync(1));
            await Refused(api.GrantAsync(60));
            await Refused(api.CallAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { ID = lease.ID }));
            (await api.GetAsync("m/corrupt"))!.Value.ToStringUtf8().ShouldBe("1");
            (await StatusAsync()).Errors.Single().ShouldContain("alarm:CORRUPT");
        }
        finally
        {
            await AlarmAsync(AlarmRequest.Types.AlarmAction.Deactivate, AlarmType.Corrupt, raised.Alarms[0].MemberID);
        }

        await api.PutAsync("m/corrupt", "3");

        static Task Refused(Task call) => call.ShouldBeRefusedAsync(RpcStatusCode.DataLoss, Corrupt);
    }

    [ConformanceFact]
    public async Task HashKv_OfARevision_StaysWhateverIsWrittenAfter()
    {
        var revision = await api.PutAsync("m/hash", "1");
        var before = await HashKvAsync(revision);
        var next = await api.PutAsync("m/hash", "2");

        (await HashKvAsync(revision)).Hash.ShouldBe(before.Hash);
        (await HashKvAsync(next)).Hash.ShouldNotBe(before.Hash);
        (await HashKvAsync(0)).Header.Revision.ShouldBe(next);
    }

    [ConformanceFact]
    public async Task HashKv_CompactedOrFuture_IsRefused()
    {
        await api.PutAsync("m/hk", "1");
        var second = await api.PutAsync("m/hk", "2");
        await api.CompactAsync(second);
        await api.RevisionAsync();

        (await HashKvAsync(0)).CompactRevision.ShouldBe(second);
        // Its hash would be that of other records than before: unlike reads, it is refused at the revision itself.
        await HashKvAsync(second).ShouldBeRefusedAsync(
            RpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted");
        await HashKvAsync(second + 1000).ShouldBeRefusedAsync(
            RpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision");
    }

    [ConformanceFact]
    public async Task Hash_Twice_IsTheSameUntilSomethingChanges()
    {
        await api.PutAsync("m/h", "1");
        var first = await api.CallAsync(EtcdMethods.Hash, new HashRequest());
        var again = await api.CallAsync(EtcdMethods.Hash, new HashRequest());
        var revision = await api.PutAsync("m/h", "2");
        var changed = await api.CallAsync(EtcdMethods.Hash, new HashRequest());

        again.Hash.ShouldBe(first.Hash);
        changed.Hash.ShouldNotBe(first.Hash);
        changed.Header.Revision.ShouldBe(revision);
    }

    [ConformanceFact]
    public async Task Snapshot_InPieces_IsWholeBlocksAndTheirHash()
    {
        await api.PutAsync("m/snapshot", new string('x', 100_000));
        var content = new MemoryStream();
        var remaining = ulong.MaxValue;

        await foreach (var piece in api.Channel.ServerStreamAsync(EtcdMethods.Snapshot, new SnapshotRequest()))
        {
            piece.RemainingBytes.ShouldBeLessThanOrEqualTo(remaining);
            remaining = piece.RemainingBytes;
            piece.Blob.WriteTo(content);
        }

        var bytes = content.ToArray();
        remaining.ShouldBe(0ul);
        (bytes.Length % 512).ShouldBe(32);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32)).ShouldBe(bytes[^32..]);
    }

    [ConformanceFact]
    public async Task Defragment_ChangesNothingThatClientsSee()
    {
        var revision = await api.PutAsync("m/defrag", "1");

        await api.CallAsync(EtcdMethods.Defragment, new DefragmentRequest());

        (await api.GetAsync("m/defrag"))!.ModRevision.ShouldBe(revision);
        await api.PutAsync("m/defrag", "2");
    }

    [ConformanceFact]
    public async Task MoveLeader_ToNobody_IsRefused()
    {
        await api.RevisionAsync();
        var status = await StatusAsync();
        var leads = status.Leader == status.Header.MemberId;

        var move = api.CallAsync(EtcdMethods.MoveLeader, new MoveLeaderRequest { TargetID = 404 });

        await move.ShouldBeRefusedAsync(
            RpcStatusCode.FailedPrecondition,
            leads ? "etcdserver: bad leader transferee" : "etcdserver: not leader");
    }

    private async Task<AlarmResponse> AlarmAsync(
        AlarmRequest.Types.AlarmAction action, AlarmType alarm, ulong member = 0) =>
        await api.CallAsync(
            EtcdMethods.Alarm, new AlarmRequest { Action = action, Alarm = alarm, MemberID = member });

    private async Task<HashKVResponse> HashKvAsync(long revision) =>
        await api.CallAsync(EtcdMethods.HashKV, new HashKVRequest { Revision = revision });

    private Task<StatusResponse> StatusAsync() => api.CallAsync(EtcdMethods.Status, new StatusRequest());
}
