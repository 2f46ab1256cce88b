using System.Collections.Immutable;
using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Divvy.Core.Streams;

namespace Divvy.Streams.Kinesis.Wire;

/// <summary>Takes the records out of an answer of GetRecords, or an event of SubscribeToShard, piece by piece as it
/// comes. Nothing but the records themselves stays: no text of the answer, no copy of their data. Once for an answer.
/// </summary>
/// <remarks>A piece is taken item by item, an item being one record or one other member of the answer. What is not
/// there to its end is left, and comes again with the next piece.</remarks>
/// <param name="length">Bytes of the answer, if known: only arrays are sized by it.</param>
internal sealed class RecordsParser(long? length)
{
    private readonly RecordSlab slab = new();
    private readonly List<StreamRecord> records = [];
    private ImmutableArray<StreamShard> children = [];
    private JsonReaderState state;
    private Place place;
    private long taken;
    private string? next;
    private long behind;

    private enum Place
    {
        Before,
        InAnswer,
        InRecords,
        Behind,
    }

    /// <summary>The whole of it, after the last piece.</summary>
    public RecordBatch Batch => new(
        records.ToArray(), string.IsNullOrEmpty(next) ? null : next, TimeSpan.FromMilliseconds(behind), children);

    /// <summary>Takes the next piece. Returns how many of its bytes are done with: the next piece begins behind them.
    /// </summary>
    /// <param name="json">What has come.</param>
    /// <param name="isLast">Nothing follows.</param>
    /// <exception cref="JsonException">It is not an answer with records.</exception>
    public int Parse(ReadOnlySpan<byte> json, bool isLast)
    {
        var reader = new Utf8JsonReader(json, isLast, state);
        var done = 0;
        try
        {
            while (place != Place.Behind && TryTake(ref reader))
            {
                state = reader.CurrentState;
                taken += reader.BytesConsumed - done;
                done = (int)reader.BytesConsumed;
            }
        }
        catch (Exception failure) when (failure is FormatException or InvalidOperationException or OverflowException)
        {
            throw new JsonException($"a value has not the form that it should have: {failure.Message}", failure);
        }
        return place == Place.Behind ? json.Length : done;
    }

    private bool TryTake(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            return false;
        switch (place, reader.TokenType)
        {
            case (Place.Before, JsonTokenType.StartObject):
                place = Place.InAnswer;
                return true;
            case (Place.InAnswer, JsonTokenType.EndObject):
                place = Place.Behind;
                return true;
            case (Place.InAnswer, _):
                return TryTakeMember(ref reader);
            case (Place.InRecords, JsonTokenType.EndArray):
                place = Place.InAnswer;
                return true;
            case (Place.InRecords, JsonTokenType.StartObject):
                return TryTakeRecord(ref reader);
            default:
                throw new JsonException("the answer is not an object with records");
        }
    }

    private bool TryTakeMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("Records"u8))
        {
            if (!reader.Read())
                return false;
            if (reader.TokenType == JsonTokenType.StartArray)
                place = Place.InRecords;
            else if (reader.TokenType != JsonTokenType.Null)
                throw new JsonException("the records are not an array");
            return true;
        }
        if (reader.ValueTextEquals("NextShardIterator"u8) || reader.ValueTextEquals("ContinuationSequenceNumber"u8))
        {
            if (!reader.Read())
                return false;
            next = reader.GetString();
            return true;
        }
        if (reader.ValueTextEquals("MillisBehindLatest"u8))
        {
            if (!reader.Read())
                return false;
            behind = reader.TokenType == JsonTokenType.Null ? 0 : Math.Max(0, reader.GetInt64());
            return true;
        }
        return reader.ValueTextEquals("ChildShards"u8) ? TryTakeChildren(ref reader) : reader.TrySkip();
    }

    private bool TryTakeChildren(ref Utf8JsonReader reader)
    {
        var whole = reader;
        if (!whole.TrySkip())
            return false;
        reader.Read();
        var named = JsonSerializer.Deserialize(ref reader, WireJson.Default.WireChildShardArray);
        children = [.. (named ?? []).Select(Conversion.Child)];
        return true;
    }

    private bool TryTakeRecord(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> sequence = default, key = default, data = default;
        var arrival = DateTimeOffset.UnixEpoch;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                Add(sequence, key, data, arrival);
                return true;
            }
            var isSequence = reader.ValueTextEquals("SequenceNumber"u8);
            var isKey = !isSequence && reader.ValueTextEquals("PartitionKey"u8);
            var isData = !isSequence && !isKey && reader.ValueTextEquals("Data"u8);
            var isArrival = !isData && reader.ValueTextEquals("ApproximateArrivalTimestamp"u8);
            if (!reader.Read())
                return false;
            if (isSequence)
                sequence = Text(in reader);
            else if (isKey)
                key = Text(in reader);
            else if (isData)
                data = Text(in reader);
            else if (isArrival && reader.TokenType != JsonTokenType.Null)
                arrival = Conversion.Time(reader.GetDouble());
            else if (!reader.TrySkip())
                return false;
        }
        return false;
    }

    private void Add(
        ReadOnlySpan<byte> sequence, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, DateTimeOffset arrival)
    {
        if (sequence.IsEmpty)
            throw new JsonException("a record has no sequence number");
        var size = DecodedLength(data);
        var bytes = slab.Take(sequence.Length + key.Length + size, Expected(sequence.Length + key.Length + size));
        sequence.CopyTo(bytes);
        key.CopyTo(bytes[sequence.Length..]);
        var status = Base64.DecodeFromUtf8(data, bytes[(sequence.Length + key.Length)..], out _, out var written);
        if (status != OperationStatus.Done || written != size)
            throw new JsonException("the data of a record is not Base64");
        records.Add(new StreamRecord(bytes, sequence.Length, key.Length, arrival));
    }

    /// <summary>What the answer's rest will need, if it is like what has come, with a little more.</summary>
    private long Expected(int needed) => length is { } whole && taken > 0
        ? (long)((whole - taken) * ((slab.Given + needed) / (double)taken)) + needed
        : RecordSlab.Size;

    private static ReadOnlySpan<byte> Text(scoped in Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => default,
        JsonTokenType.String when !reader.ValueIsEscaped => reader.ValueSpan,
        _ => Encoding.UTF8.GetBytes(reader.GetString()!),
    };

    private static int DecodedLength(ReadOnlySpan<byte> base64)
    {
        if (base64.Length % 4 != 0)
            throw new JsonException("the data of a record is not Base64");
        var padding = base64.EndsWith("=="u8) ? 2 : base64.EndsWith("="u8) ? 1 : 0;
        return (base64.Length / 4 * 3) - padding;
    }
}
