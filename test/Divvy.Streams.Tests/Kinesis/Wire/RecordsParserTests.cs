using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Divvy.Streams.Consuming;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Kinesis.Wire;

namespace Divvy.Streams.Tests.Kinesis.Wire;

public sealed class RecordsParserTests
{
    private const string Answer =
        """
        {"Extra":{"a":[1,{"b":null}]},"Records":[
          {"SequenceNumber":"495","ApproximateArrivalTimestamp":1700000000.123,"Data":"aGVsbG8=","PartitionKey":"k-1"},
          {"PartitionKey":"schl\u00fcssel","Data":"","Encryption":["NONE"],"SequenceNumber":"496"}],
         "NextShardIterator":"AAAA\/B","MillisBehindLatest":1500,"ChildShards":[{"ShardId":"s-2",
          "ParentShards":["s-0"],"HashKeyRange":{"StartingHashKey":"5","EndingHashKey":"9"}}]}

        """;

    [Fact]
    public void Parse_CutAnywhere_GivesTheSame()
    {
        var json = Encoding.UTF8.GetBytes(Answer);
        for (var cut = 0; cut <= json.Length; cut++)
        {
            var parser = new RecordsParser(json.Length);
            var done = parser.Parse(json.AsSpan(0, cut), isLast: false);
            parser.Parse(json.AsSpan(done), isLast: true);

            var batch = parser.Batch;
            batch.NextIterator.ShouldBe("AAAA/B");
            batch.BehindLatest.ShouldBe(TimeSpan.FromSeconds(1.5));
            batch.Children.Single().Parents.ShouldBe(["s-0"]);
            batch.Records.Select(record => record.SequenceNumber).ShouldBe(["495", "496"]);
            batch.Records.Select(record => record.PartitionKey).ShouldBe(["k-1", "schlüssel"]);
            batch.Records.Select(record => Encoding.UTF8.GetString(record.Data.Span)).ShouldBe(["hello", ""]);
            batch.Records[0].ApproximateArrival.ShouldBe(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"Records":[""")]
    [InlineData("""{"Records":7}""")]
    [InlineData("""{"Records":[7]}""")]
    [InlineData("""{"Records":[{"PartitionKey":"k","Data":""}]}""")]
    [InlineData("""{"Records":[{"SequenceNumber":"1","PartitionKey":"k","Data":"!!!!"}]}""")]
    [InlineData("""{"Records":[{"SequenceNumber":"1","PartitionKey":"k","Data":"abc"}]}""")]
    [InlineData("""{"Records":[{"SequenceNumber":1,"PartitionKey":"k","Data":""}]}""")]
    [InlineData("""{"MillisBehindLatest":1.5}""")]
    public void Parse_NoAnswer_SaysSo(string json)
    {
        var parser = new RecordsParser(json.Length);

        Should.Throw<JsonException>(() => parser.Parse(Encoding.UTF8.GetBytes(json), isLast: true));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"Records":null,"NextShardIterator":null,"MillisBehindLatest":null,"ChildShards":null}""")]
    public void Parse_NothingInIt_IsTheEndOfAShard(string json)
    {
        var parser = new RecordsParser(null);
        parser.Parse(Encoding.UTF8.GetBytes(json), isLast: true);

        parser.Batch.Records.ShouldBeEmpty();
        parser.Batch.IsShardEnd.ShouldBeTrue();
        parser.Batch.BehindLatest.ShouldBe(TimeSpan.Zero);
    }

    /// <summary>What the budget charges is what is there: all arrays of an answer, and little more than an object for
    /// each record. And an answer does not take more than it did on the wire.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(3_000)]
    [InlineData(20_000)]
    public async Task Read_ManyRecords_TakeWhatTheyAreChargedFor(int size)
    {
        var answer = Encoding.UTF8.GetBytes(ManyRecords(500, size));

        var batch = await RecordsAnswer.ReadAsync(new MemoryStream(answer), answer.Length, default);

        batch.Records.Count.ShouldBe(500);
        batch.Records.ShouldAllBe(record => record.Data.Length == size && record.PartitionKey.Length == 5);
        var arrays = batch.Records.Select(Array).Distinct().ToList();
        arrays.ShouldAllBe(array => array.Length <= RecordSlab.Size || array.Length <= size + 100);
        const int recordObject = 96;
        var taken = arrays.Sum(array => array.Length + 24) + (500 * recordObject);
        var charged = batch.Records.Sum(record => ReadBudget.CostOf(record) - (2 * record.PartitionKey.Length));
        charged.ShouldBeInRange((int)(taken * 0.9), (int)(taken * 1.1));
        charged.ShouldBeLessThanOrEqualTo((int)(answer.Length * 1.05));
    }

    [Fact]
    public async Task Read_RecordLargerThanTheBuffer_IsRead()
    {
        var answer = Encoding.UTF8.GetBytes(ManyRecords(2, 3 << 20));

        var batch = await RecordsAnswer.ReadAsync(new MemoryStream(answer), null, default);

        batch.Records.Select(record => record.Data.Length).ShouldBe([3 << 20, 3 << 20]);
    }

    private static string ManyRecords(int count, int size)
    {
        var data = Convert.ToBase64String(new byte[size]);
        var records = Enumerable.Range(0, count).Select(number =>
            $$"""
            {"SequenceNumber":"{{new string('4', 53)}}{{number:D3}}","ApproximateArrivalTimestamp":1700000000.123,
            """ + $$"""
            "Data":"{{data}}","PartitionKey":"k-{{number:D3}}"}
            """);
        return $$"""{"Records":[{{string.Join(',', records)}}],"NextShardIterator":"next","MillisBehindLatest":0}""";
    }

    private static byte[] Array(StreamRecord record)
    {
        MemoryMarshal.TryGetArray(record.Data, out var segment).ShouldBeTrue();
        return segment.Array!;
    }
}
