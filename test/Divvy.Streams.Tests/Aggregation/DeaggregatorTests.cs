using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Divvy.Core.Streams;
using Divvy.Streams.Aggregation;
using Divvy.Streams.Kinesis;
using Google.Protobuf;

namespace Divvy.Streams.Tests.Aggregation;

public sealed class DeaggregatorTests
{
    private static readonly PutEntry[] entries =
    [
        new("a", "1"u8.ToArray()),
        new("b", "2"u8.ToArray(), "340282366920938463463374607431768211455"),
        new("a", ReadOnlyMemory<byte>.Empty),
    ];

    [Fact]
    public void Expand_WhatAggregatorPacked_IsTheSameWithSubSequenceNumbers()
    {
        var records = Deaggregator.Expand([Record("before"u8), Whole(Aggregator.Pack(entries)), Record("after"u8)]);

        records.Count.ShouldBe(5);
        records.Select(record => record.IsAggregated).ShouldBe([false, true, true, true, false]);
        records.Select(record => record.SubSequenceNumber).ShouldBe([0, 0, 1, 2, 0]);
        records.ShouldAllBe(record => record.SequenceNumber == "77");
        records.Skip(1).Take(3).Select(record => record.PartitionKey).ShouldBe(["a", "b", "a"]);
        records[2].ExplicitHashKey.ShouldBe(entries[1].ExplicitHashKey);
        records.Skip(1).Take(3).Select(record => Encoding.UTF8.GetString(record.Data.Span)).ShouldBe(["1", "2", ""]);
    }

    [Fact]
    public void Expand_BytesAsTheProducerLibraryWritesThem_AreRead()
    {
        // Written with Google's own encoder by the published .proto: tables 1 and 2, records 3 (indices 1 and 2,
        // data 3, tags 4), and a field that this reader does not know.
        using var record = new MemoryStream();
        using (var output = new CodedOutputStream(record, leaveOpen: true))
        {
            output.WriteRawTag(8);
            output.WriteUInt64(0);
            output.WriteRawTag(26);
            output.WriteBytes(ByteString.CopyFromUtf8("data"));
            output.WriteRawTag(34);
            output.WriteBytes(ByteString.CopyFromUtf8("\n\u0003tag"));
        }
        using var message = new MemoryStream();
        using (var output = new CodedOutputStream(message, leaveOpen: true))
        {
            output.WriteRawTag(10);
            output.WriteString("ключ");
            output.WriteRawTag(26);
            output.WriteBytes(ByteString.CopyFrom(record.ToArray()));
            output.WriteRawTag(165, 6);
            output.WriteFixed32(5);
        }

        var expanded = Deaggregator.Expand([Framed(message.ToArray())]).Single();

        expanded.PartitionKey.ShouldBe("ключ");
        Encoding.UTF8.GetString(expanded.Data.Span).ShouldBe("data");
        expanded.IsAggregated.ShouldBeTrue();
    }

    [Fact]
    public void Expand_AnyBitOfTheDigestOrContentChanged_IsAPlainRecord()
    {
        var data = Aggregator.Pack(entries).Data.ToArray();
        for (var bit = 0; bit < data.Length * 8; bit++)
        {
            var damaged = data.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            var record = Deaggregator.Expand([Record(damaged)]).Single();

            record.IsAggregated.ShouldBeFalse($"bit {bit}");
            record.Data.ToArray().ShouldBe(damaged);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("1A")]
    [InlineData("1A020801")]
    [InlineData("0A01611A0508051A0141")]
    [InlineData("0A01611A0708001A01")]
    [InlineData("0A01611202787A1A07080010001A0141")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFF")]
    public void Expand_RightDigestUnreadableContent_IsAPlainRecordOrNone(string content)
    {
        var whole = Framed(Convert.FromHexString(content));

        var records = Deaggregator.Expand([whole]);

        if (content.Length == 0)
            records.ShouldBe([whole]);
        else
            records.Single().ShouldBeSameAs(whole);
    }

    [Fact]
    public void Expand_RandomContentWithRightDigest_NeverThrows()
    {
        var random = new Random(5);
        var sound = Aggregator.Pack(entries).Data.ToArray()[4..^16];
        for (var round = 0; round < 20_000; round++)
        {
            var content = sound.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
                content[random.Next(content.Length)] = (byte)random.Next(256);
            Deaggregator.Expand([Framed(content)], HashKeyRange.All);
        }
    }

    [Fact]
    public void Expand_OneRecordOutsideOfTheShard_DropsTheWholeAggregate()
    {
        var whole = Whole(Aggregator.Pack(entries));
        var keyA = Deaggregator.HashKey("a");

        Deaggregator.Expand([whole], HashKeyRange.All).Count.ShouldBe(3);
        Deaggregator.Expand([whole], new HashKeyRange(keyA, UInt128.MaxValue)).Count.ShouldBe(3);
        Deaggregator.Expand([whole], new HashKeyRange(keyA, UInt128.MaxValue - 1)).ShouldBeEmpty();
        Deaggregator.Expand([whole], new HashKeyRange(keyA + 1, UInt128.MaxValue)).ShouldBeEmpty();
        Deaggregator.Expand([Record("plain"u8)], new HashKeyRange(0, 0)).Count.ShouldBe(1);
    }

    [Fact]
    public void HashKey_KnownMd5_IsThatNumber() =>
        Deaggregator.HashKey("a").ShouldBe(
            UInt128.Parse("0cc175b9c0f1b6a831c399e269772661", NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    [Fact]
    public void Expand_NothingAggregated_GivesTheSameList()
    {
        IReadOnlyList<StreamRecord> records = [Record("x"u8)];

        Deaggregator.Expand(records).ShouldBeSameAs(records);
    }

    private static StreamRecord Framed(byte[] content) =>
        Record([0xF3, 0x89, 0x9A, 0xC2, .. content, .. MD5.HashData(content)]);

    private static StreamRecord Whole(PutEntry entry) => Record(entry.Data.Span);

    private static StreamRecord Record(ReadOnlySpan<byte> data) =>
        new() { PartitionKey = "whole", SequenceNumber = "77", Data = data.ToArray() };
}
