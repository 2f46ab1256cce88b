using Divvy.Consensus.Mvcc;
using static Divvy.Consensus.Tests.Mvcc.Driver;

namespace Divvy.Consensus.Tests.Mvcc;

/// <summary>Random commands over a few keys and leases, with revisions around the current one, so that they
/// meet.</summary>
internal sealed class CommandGenerator(int seed)
{
    private readonly Random dice = new(seed);
    private long about = 1;

    public MvccCommand Next()
    {
        about++;
        return dice.Next(100) switch
        {
            < 35 => NewPut(NewKey()),
            < 50 => NewDelete(),
            < 70 => NewRange(),
            < 85 => NewTxn(depth: 0),
            < 88 => new CompactCommand(about / 2 + dice.Next(-5, 10)),
            < 94 => new LeaseGrantCommand(dice.Next(1, 6), 60),
            _ => new LeaseRevokeCommand(dice.Next(1, 6)),
        };
    }

    private string NewKey() => $"{(char)('a' + dice.Next(6))}";

    private KeyRange NewKeys() => dice.Next(4) switch
    {
        0 => KeyRange.From(Bytes(NewKey())),
        1 => KeyRange.Interval(Bytes(NewKey()), Bytes(NewKey())),
        _ => KeyRange.Single(Bytes(NewKey())),
    };

    private PutOperation NewPut(string key)
    {
        var kind = dice.Next(10);
        return new PutOperation(Bytes(key), kind == 0 ? default : Bytes($"{dice.Next(20)}"))
        {
            Lease = kind == 1 || dice.Next(3) > 0 ? 0 : dice.Next(1, 6),
            IgnoreValue = kind == 0,
            IgnoreLease = kind == 1,
            PreviousRecord = dice.Next(2) == 0,
        };
    }

    private DeleteRangeOperation NewDelete() => new(NewKeys()) { PreviousRecords = dice.Next(2) == 0 };

    public RangeOperation NewRange()
    {
        var bounds = dice.Next(4) == 0;
        return new RangeOperation(NewKeys())
        {
            Limit = dice.Next(-1, 5),
            Revision = dice.Next(3) == 0 ? about / 2 + dice.Next(-10, 10) : 0,
            Order = (SortOrder)dice.Next(3),
            Target = (SortTarget)dice.Next(5),
            CountOnly = dice.Next(8) == 0,
            MinModRevision = bounds && dice.Next(2) == 0 ? about / 2 - dice.Next(20) : 0,
            MaxModRevision = bounds && dice.Next(2) == 0 ? about / 2 : 0,
            MinCreateRevision = bounds && dice.Next(2) == 0 ? about / 2 - dice.Next(20) : 0,
            MaxCreateRevision = bounds && dice.Next(2) == 0 ? about / 2 : 0,
        };
    }

    private TxnOperation NewTxn(int depth) => new(
        [.. Enumerable.Range(0, dice.Next(3)).Select(_ => NewCompare())], NewBranch(depth), NewBranch(depth));

    private TxnCompare NewCompare() => new(NewKeys(), (CompareTarget)dice.Next(5), (CompareRelation)dice.Next(4))
    {
        Number = dice.Next(3) == 0 ? about / 2 : dice.Next(4),
        Value = Bytes($"{dice.Next(20)}"),
    };

    private List<MvccOperation> NewBranch(int depth)
    {
        var operations = new List<MvccOperation>();
        for (var number = dice.Next(4); number > 0; number--)
        {
            operations.Add(dice.Next(10) switch
            {
                < 5 => NewPut(NewKey()),
                < 7 => NewRange(),
                7 when depth < 2 => NewTxn(depth + 1),
                _ => NewDelete(),
            });
        }
        // What the rules refuse never reaches the store.
        var txn = new TxnOperation([], operations, []);
        return RequestRules.Check(txn) == MvccOutcome.Ok ? operations : [];
    }
}
