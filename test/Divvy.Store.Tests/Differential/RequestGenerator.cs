using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Store.Tests.Differential;

/// <summary>Random requests over a few keys and leases, with revisions around the current one, so that they meet. Few
/// enough keys that etcd's sort, which leaves the order of equals open, is stable.</summary>
internal sealed class RequestGenerator(int seed)
{
    private readonly Random dice = new(seed);
    private long revision;

    /// <param name="current">The revision at which the request is made.</param>
    public IMessage Next(long current)
    {
        revision = current;
        return dice.Next(1000) switch
        {
            < 350 => NewPut(),
            < 450 => NewDelete(),
            < 680 => NewRange(),
            < 890 => NewTxn(depth: 0),
            < 898 => new CompactionRequest { Revision = NewRevision(), Physical = dice.Next(4) > 0 },
            < 930 => new LeaseGrantRequest { ID = NewLease(), TTL = 3600 },
            < 955 => new LeaseRevokeRequest { ID = NewLease() },
            < 980 => new LeaseTimeToLiveRequest { ID = NewLease(), Keys = dice.Next(4) > 0 },
            < 985 => new LeaseLeasesRequest(),
            < 995 => NewWatch(),
            _ => new WatchCancelRequest { WatchId = NewWatchId() },
        };
    }

    /// <summary>Mostly of the recent past; sometimes compacted, sometimes of the future.</summary>
    private long NewRevision() => Math.Max(0, revision + dice.Next(-200, 6));

    private long NewLease() => dice.Next(1, 6);

    private long NewWatchId() => dice.Next(1, 4);

    private WatchCreateRequest NewWatch()
    {
        var watch = new WatchCreateRequest
        {
            WatchId = NewWatchId(),
            Key = dice.Next(6) == 0 ? ByteString.Empty : NewKey(),
            RangeEnd = NewEnd(),
            StartRevision = dice.Next(2) == 0 ? 0 : NewRevision(),
            PrevKv = dice.Next(2) == 0,
            ProgressNotify = dice.Next(2) == 0,
            Fragment = dice.Next(2) == 0,
        };
        // Not both: nothing would be left to hear.
        if (dice.Next(3) == 0)
            watch.Filters.Add((WatchCreateRequest.Types.FilterType)dice.Next(2));
        return watch;
    }

    private ByteString NewKey(bool mayBeEmpty = true) =>
        mayBeEmpty && dice.Next(200) == 0 ? ByteString.Empty : ByteString.CopyFromUtf8($"{(char)('a' + dice.Next(10))}");

    private ByteString NewEnd() => dice.Next(4) switch
    {
        0 => ByteString.CopyFrom(0),
        1 => NewKey(),
        _ => ByteString.Empty,
    };

    private PutRequest NewPut()
    {
        var kind = dice.Next(12);
        return new PutRequest
        {
            Key = NewKey(),
            Value = kind == 0 ? ByteString.Empty : ByteString.CopyFromUtf8($"{dice.Next(20)}"),
            Lease = kind == 1 || dice.Next(3) > 0 ? 0 : NewLease(),
            IgnoreValue = kind is 0 or 2,
            IgnoreLease = kind is 1 or 3,
            PrevKv = dice.Next(2) == 0,
        };
    }

    private DeleteRangeRequest NewDelete() =>
        new() { Key = NewKey(), RangeEnd = NewEnd(), PrevKv = dice.Next(2) == 0 };

    private RangeRequest NewRange()
    {
        var bounds = dice.Next(4) == 0;
        return new RangeRequest
        {
            Key = NewKey(),
            RangeEnd = NewEnd(),
            Limit = dice.Next(-1, 5),
            Revision = dice.Next(3) == 0 ? NewRevision() : 0,
            Serializable = dice.Next(3) == 0,
            SortOrder = (RangeRequest.Types.SortOrder)dice.Next(3),
            SortTarget = (RangeRequest.Types.SortTarget)dice.Next(5),
            KeysOnly = dice.Next(8) == 0,
            CountOnly = dice.Next(8) == 0,
            MinModRevision = bounds && dice.Next(2) == 0 ? revision - dice.Next(20) : 0,
            MaxModRevision = bounds && dice.Next(2) == 0 ? revision : 0,
            MinCreateRevision = bounds && dice.Next(2) == 0 ? revision - dice.Next(20) : 0,
            MaxCreateRevision = bounds && dice.Next(2) == 0 ? revision : 0,
        };
    }

    private TxnRequest NewTxn(int depth)
    {
        var txn = new TxnRequest();
        for (var compares = dice.Next(3); compares > 0; compares--)
            txn.Compare.Add(NewCompare());
        for (var operations = dice.Next(4); operations > 0; operations--)
            txn.Success.Add(NewOperation(depth));
        for (var operations = dice.Next(4); operations > 0; operations--)
            txn.Failure.Add(NewOperation(depth));
        return txn;
    }

    private RequestOp NewOperation(int depth) => dice.Next(40) switch
    {
        < 20 => new RequestOp { RequestPut = NewSafePut() },
        < 28 => new RequestOp { RequestRange = NewRange() },
        < 32 when depth < 3 => new RequestOp { RequestTxn = NewTxn(depth + 1) },
        39 => new RequestOp(),
        _ => new RequestOp { RequestDeleteRange = NewDelete() },
    };

    /// <summary>etcd ends itself when a transaction deletes a key up to the end of all keys and then puts it with
    /// ignore_value: it is not asked to.</summary>
    private PutRequest NewSafePut()
    {
        var put = NewPut();
        put.IgnoreLease = false;
        put.IgnoreValue = false;
        return put;
    }

    private Compare NewCompare()
    {
        var compare = new Compare
        {
            Key = NewKey(),
            RangeEnd = NewEnd(),
            Target = (Compare.Types.CompareTarget)dice.Next(5),
            Result = (Compare.Types.CompareResult)dice.Next(4),
        };
        var number = dice.Next(3) == 0 ? revision : dice.Next(4);
        switch (dice.Next(4) == 0 ? (Compare.Types.CompareTarget)dice.Next(5) : compare.Target)
        {
            case Compare.Types.CompareTarget.Version:
                compare.Version = number;
                break;
            case Compare.Types.CompareTarget.Create:
                compare.CreateRevision = number;
                break;
            case Compare.Types.CompareTarget.Mod:
                compare.ModRevision = number;
                break;
            case Compare.Types.CompareTarget.Lease:
                compare.Lease = number;
                break;
            default:
                compare.Value = ByteString.CopyFromUtf8($"{dice.Next(20)}");
                break;
        }
        return compare;
    }
}
