using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;
using Divvy.Rpc.Etcd;

namespace Divvy.Store.Services;

/// <summary>etcd's requests as commands of the core. Keys and values are not copied: a parsed message owns its bytes
/// and is not changed after.</summary>
internal static class RequestMapping
{
    private static readonly byte[] smallestKey = [0];

    public static RangeOperation ToOperation(this RangeRequest request) =>
        new(KeyRange.FromWire(request.Key.Memory, request.RangeEnd.Memory))
        {
            Limit = request.Limit,
            Revision = request.Revision,
            Order = (SortOrder)request.SortOrder,
            Target = (SortTarget)request.SortTarget,
            KeysOnly = request.KeysOnly,
            CountOnly = request.CountOnly,
            MinModRevision = request.MinModRevision,
            MaxModRevision = request.MaxModRevision,
            MinCreateRevision = request.MinCreateRevision,
            MaxCreateRevision = request.MaxCreateRevision,
        };

    /// <summary>A transaction that only reads may be answered by what this member holds when every range in it
    /// says so, as in etcd. One without ranges says nothing: unlike in etcd, its compares see all that was
    /// acknowledged.</summary>
    public static bool IsSerializable(this TxnRequest request) =>
        request.Success.Count + request.Failure.Count > 0
        && request.Success.Concat(request.Failure).All(operation => operation.RequestCase switch
        {
            RequestOp.RequestOneofCase.RequestRange => operation.RequestRange.Serializable,
            RequestOp.RequestOneofCase.RequestTxn => operation.RequestTxn.IsSerializable(),
            _ => false,
        });

    public static PutOperation ToOperation(this PutRequest request) => new(request.Key.Memory, request.Value.Memory)
    {
        Lease = request.Lease,
        PreviousRecord = request.PrevKv,
        IgnoreValue = request.IgnoreValue,
        IgnoreLease = request.IgnoreLease,
    };

    public static DeleteRangeOperation ToOperation(this DeleteRangeRequest request) =>
        new(KeyRange.FromWire(request.Key.Memory, request.RangeEnd.Memory)) { PreviousRecords = request.PrevKv };

    public static TxnOperation ToOperation(this TxnRequest request) => new(
        [.. request.Compare.Select(ToCompare)],
        [.. request.Success.Select(ToOperation)],
        [.. request.Failure.Select(ToOperation)]);

    public static WatchSpec ToSpec(this WatchCreateRequest request)
    {
        var key = request.Key.IsEmpty ? smallestKey : request.Key.Memory;
        return new WatchSpec(KeyRange.FromWire(key, request.RangeEnd.Memory))
        {
            WatchId = request.WatchId,
            StartRevision = request.StartRevision,
            NoPuts = request.Filters.Contains(WatchCreateRequest.Types.FilterType.Noput),
            NoDeletes = request.Filters.Contains(WatchCreateRequest.Types.FilterType.Nodelete),
            PreviousRecords = request.PrevKv,
            ProgressNotify = request.ProgressNotify,
            Fragment = request.Fragment,
        };
    }

    private static MvccOperation ToOperation(RequestOp operation) => operation.RequestCase switch
    {
        RequestOp.RequestOneofCase.RequestRange => operation.RequestRange.ToOperation(),
        RequestOp.RequestOneofCase.RequestPut => operation.RequestPut.ToOperation(),
        RequestOp.RequestOneofCase.RequestDeleteRange => operation.RequestDeleteRange.ToOperation(),
        RequestOp.RequestOneofCase.RequestTxn => operation.RequestTxn.ToOperation(),
        _ => new EmptyOperation(),
    };

    private static TxnCompare ToCompare(Compare compare)
    {
        var target = (CompareTarget)compare.Target;
        return new TxnCompare(
            KeyRange.FromWire(compare.Key.Memory, compare.RangeEnd.Memory), target, (CompareRelation)compare.Result)
        {
            // Only the field of the target counts; one that is not there is zero.
            Number = target switch
            {
                CompareTarget.Version => compare.Version,
                CompareTarget.CreateRevision => compare.CreateRevision,
                CompareTarget.ModRevision => compare.ModRevision,
                CompareTarget.Lease => compare.Lease,
                _ => 0,
            },
            Value = compare.Value.Memory,
        };
    }
}
