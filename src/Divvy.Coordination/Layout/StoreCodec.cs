using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Layout;

/// <summary>Values of the store to and from bytes. Reading never throws: a value somebody damaged is reported with what
/// is wrong and skipped, everything else goes on.</summary>
public static class StoreCodec
{
    public static byte[] Encode(NamespaceConfig value) => Write(value, StoreJson.Default.NamespaceConfig);

    public static byte[] Encode(ServiceRecord value) => Write(value, StoreJson.Default.ServiceRecord);

    public static byte[] Encode(StatusRecord value) => Write(value, StoreJson.Default.StatusRecord);

    public static byte[] Encode(LeaderRecord value) => Write(value, StoreJson.Default.LeaderRecord);

    public static byte[] Encode(EventBatch value) => Write(value, StoreJson.Default.EventBatch);

    public static byte[] Encode(ShardRecord value) =>
        Write(ShardDocument.From(value), StoreJson.Default.ShardDocument);

    public static bool TryDecode(
        ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out NamespaceConfig? value, out string error) =>
        TryRead(bytes, StoreJson.Default.NamespaceConfig, out value, out error);

    public static bool TryDecode(
        ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ServiceRecord? value, out string error) =>
        TryRead(bytes, StoreJson.Default.ServiceRecord, out value, out error);

    public static bool TryDecode(
        ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out StatusRecord? value, out string error) =>
        TryRead(bytes, StoreJson.Default.StatusRecord, out value, out error);

    public static bool TryDecode(
        ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out LeaderRecord? value, out string error) =>
        TryRead(bytes, StoreJson.Default.LeaderRecord, out value, out error);

    public static bool TryDecode(
        ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out EventBatch? value, out string error)
    {
        value = null;
        return TryRead(bytes, StoreJson.Default.EventBatchDocument, out var document, out error)
            && TryTurn(document, static read => read.ToBatch(), out value, out error);
    }

    public static bool TryDecode(
        ReadOnlySpan<byte> bytes, ShardId shard, [NotNullWhen(true)] out ShardRecord? value, out string error)
    {
        value = null;
        return TryRead(bytes, StoreJson.Default.ShardDocument, out var document, out error)
            && TryTurn((document, shard), static read => read.document.ToRecord(read.shard), out value, out error);
    }

    private static byte[] Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    /// <summary>From what was read to what it means.</summary>
    private static bool TryTurn<TDocument, T>(
        TDocument document, Func<TDocument, T> turn, [NotNullWhen(true)] out T? value, out string error)
        where T : class
    {
        try
        {
            (value, error) = (turn(document), "");
            return true;
        }
        catch (Exception failure) when (failure is FormatException or OverflowException)
        {
            (value, error) = (null, failure.Message);
            return false;
        }
    }

    private static bool TryRead<T>(
        ReadOnlySpan<byte> bytes, JsonTypeInfo<T> type, [NotNullWhen(true)] out T? value, out string error)
        where T : class
    {
        try
        {
            value = JsonSerializer.Deserialize(bytes, type);
            error = value is null ? "the value is null" : "";
            return value is not null;
        }
        catch (JsonException failure)
        {
            (value, error) = (null, failure.Message);
            return false;
        }
    }
}
