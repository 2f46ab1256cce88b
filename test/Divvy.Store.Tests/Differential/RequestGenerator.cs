using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Store.Tests.Differential;

/// <summary>Random requests over a few keys and leases, with revisions around the current one, so that they meet. Few
/// enough keys that etcd's sort, which leaves the order of equals open, is stable.</summary>
internal sealed class RequestGenerator(int seed)
{
    private readonly Random dice = new(seed);
    private long about = 1;

    public IMessage Next()
    {
        about++;
        return dice.Next(100) switch
        {
            < 35 => NewPut(),
            < 47 => NewDelete(),
            < 67 => NewRange(),
            < 87 => NewTxn(depth: 0),
            < 90 => new CompactionRequest { Revision = about / 2 + dice.Next(-5, 10), Physical = true },
            < 94 => new LeaseGrantRequest { ID = dice.Next(1, 6), TTL = 3600 },
            < 97 => new LeaseRevokeRequest { ID = dice.Next(1, 6) },
            _ => new LeaseTimeToLiveRequest { ID = dice.Next(1, 6), Keys = true },
        };
    }

    private ByteString NewKey(bool mayBeEmpty = true) =>
        mayBeEmpty && dice.Next(200) == 0 ? ByteString.Empty : ByteString.CopyFromUtf8($"{(char)('a' + dice.Next(8))}");

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
            Lease = kind == 1 || dice.Next(3) > 0 ? 0 : dice.Next(1, 6),
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
            Revision = dice.Next(3) == 0 ? about / 2 + dice.Next(-10, 10) : 0,
            SortOrder = (RangeRequest.Types.SortOrder)dice.Next(3),
            SortTarget = (RangeRequest.Types.SortTarget)dice.Next(5),
            KeysOnly = dice.Next(8) == 0,
            CountOnly = dice.Next(8) == 0,
            MinModRevision = bounds && dice.Next(2) == 0 ? about / 2 - dice.Next(20) : 0,
            MaxModRevision = bounds && dice.Next(2) == 0 ? about / 2 : 0,
            MinCreateRevision = bounds && dice.Next(2) == 0 ? about / 2 - dice.Next(20) : 0,
            MaxCreateRevision = bounds && dice.Next(2) == 0 ? about / 2 : 0,
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
        var number = dice.Next(3) == 0 ? about / 2 : dice.Next(4);
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
