using Divvy.Consensus.Auth;
using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Raft;
using Divvy.Rpc.Etcd;
using Divvy.Store.Metrics;

namespace Divvy.Store.Front;

/// <summary>A member as its node knows it.</summary>
internal sealed class NodeProbe(StoreNode node, EmbeddedStoreOptions options) : IMemberProbe
{
    /// <summary>What a health check reads: one key that nobody needs to have.</summary>
    private static readonly RangeOperation check =
        new(KeyRange.FromWire("health"u8.ToArray(), default)) { KeysOnly = true, Limit = 1 };

    public bool HasLeader => node.Leadership.HasLeader;

    public IReadOnlyList<AlarmMember> Alarms =>
    [
        .. node.Alarms().Select(
            alarm => new AlarmMember { MemberID = alarm.Member.Value, Alarm = (AlarmType)alarm.Kind }),
    ];

    public string ClusterVersion => $"{EmbeddedStore.ClusterVersion}.0";

    public TimeSpan RequestTimeout => options.RequestTimeout;

    public async ValueTask ReadAsync(bool isSerializable, CancellationToken cancellationToken)
    {
        if (isSerializable)
            await node.WhenCaughtUpAsync(cancellationToken).ConfigureAwait(false);
        else
            await node.ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
        node.Range(check, Caller.Internal);
    }

    public MemberReading Read()
    {
        node.ReadPeers(options.Metrics.Peers);
        var store = node.Snapshot();
        var raft = node.RaftView;
        var leadership = node.Leadership;
        return new MemberReading
        {
            MemberId = node.Identity.MemberId,
            Store = store,
            HasLeader = leadership.HasLeader,
            IsLeader = leadership.IsLeader,
            IsLearner = raft.Membership.IsLearner(new NodeId(node.Identity.MemberId)),
            CommittedIndex = (long)raft.CommittedIndex.Value,
            QuotaBytes = options.QuotaBytes,
            AllocatedBytes = node.AllocatedBytes,
            InUseBytes = store.Data.BytesInUse,
            AuthRevision = node.ReadAuth(static (auth, _) => auth.Revision),
        };
    }
}
