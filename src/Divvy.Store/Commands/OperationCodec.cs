using Divvy.Consensus.Mvcc;
using Divvy.Store.Packing;

namespace Divvy.Store.Commands;

/// <summary>The operations of the key-value store: the larger part of every log, so each is as short as its
/// fields.</summary>
internal static class OperationCodec
{
    [Flags]
    private enum PutFlags : byte
    {
        None = 0,
        PreviousRecord = 1,
        IgnoreValue = 2,
        IgnoreLease = 4,
        HasLease = 8,
    }

    public static void WritePut(PackedWriter writer, PutOperation put)
    {
        writer.Byte((byte)CommandKind.Put);
        var flags = (put.PreviousRecord ? PutFlags.PreviousRecord : 0)
            | (put.IgnoreValue ? PutFlags.IgnoreValue : 0)
            | (put.IgnoreLease ? PutFlags.IgnoreLease : 0)
            | (put.Lease != 0 ? PutFlags.HasLease : 0);
        writer.Byte((byte)flags);
        writer.Bytes(put.Key.Span);
        writer.Bytes(put.Value.Span);
        if (put.Lease != 0)
            writer.Signed(put.Lease);
    }

    public static PutOperation ReadPut(ref PackedReader reader)
    {
        var flags = (PutFlags)reader.Byte();
        var key = reader.Bytes();
        var value = reader.Bytes();
        return new PutOperation(key, value)
        {
            Lease = flags.HasFlag(PutFlags.HasLease) ? reader.Signed() : 0,
            PreviousRecord = flags.HasFlag(PutFlags.PreviousRecord),
            IgnoreValue = flags.HasFlag(PutFlags.IgnoreValue),
            IgnoreLease = flags.HasFlag(PutFlags.IgnoreLease),
        };
    }

    public static void WriteDelete(PackedWriter writer, DeleteRangeOperation delete)
    {
        writer.Byte((byte)CommandKind.DeleteRange);
        Write(writer, delete.Keys);
        writer.Flag(delete.PreviousRecords);
    }

    public static DeleteRangeOperation ReadDelete(ref PackedReader reader) =>
        new(ReadKeys(ref reader)) { PreviousRecords = reader.Flag() };

    public static void WriteRange(PackedWriter writer, RangeOperation range)
    {
        writer.Byte((byte)CommandKind.Range);
        Write(writer, range.Keys);
        writer.Signed(range.Limit);
        writer.Signed(range.Revision);
        writer.Byte((byte)range.Order);
        writer.Byte((byte)range.Target);
        writer.Flag(range.KeysOnly);
        writer.Flag(range.CountOnly);
        writer.Signed(range.MinModRevision);
        writer.Signed(range.MaxModRevision);
        writer.Signed(range.MinCreateRevision);
        writer.Signed(range.MaxCreateRevision);
    }

    public static RangeOperation ReadRange(ref PackedReader reader) => new(ReadKeys(ref reader))
    {
        Limit = reader.Signed(),
        Revision = reader.Signed(),
        Order = (SortOrder)reader.Byte(),
        Target = (SortTarget)reader.Byte(),
        KeysOnly = reader.Flag(),
        CountOnly = reader.Flag(),
        MinModRevision = reader.Signed(),
        MaxModRevision = reader.Signed(),
        MinCreateRevision = reader.Signed(),
        MaxCreateRevision = reader.Signed(),
    };

    public static void WriteCompare(PackedWriter writer, TxnCompare compare)
    {
        Write(writer, compare.Keys);
        writer.Byte((byte)compare.Target);
        writer.Byte((byte)compare.Relation);
        writer.Signed(compare.Number);
        writer.Bytes(compare.Value.Span);
    }

    public static TxnCompare ReadCompare(ref PackedReader reader) =>
        new(ReadKeys(ref reader), (CompareTarget)reader.Byte(), (CompareRelation)reader.Byte())
        {
            Number = reader.Signed(),
            Value = reader.Bytes(),
        };

    private static void Write(PackedWriter writer, KeyRange keys)
    {
        writer.Byte((byte)keys.Kind);
        writer.Bytes(keys.Start.Span);
        if (keys.Kind == KeyRangeKind.Interval)
            writer.Bytes(keys.End.Span);
    }

    private static KeyRange ReadKeys(ref PackedReader reader)
    {
        var kind = (KeyRangeKind)reader.Byte();
        var start = reader.Bytes();
        return kind switch
        {
            KeyRangeKind.Single => KeyRange.Single(start),
            KeyRangeKind.Interval => KeyRange.Interval(start, reader.Bytes()),
            KeyRangeKind.From => KeyRange.From(start),
            _ => throw new FormatException($"{(byte)kind} is no kind of key range"),
        };
    }
}
