using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;
using Divvy.TestKit.Kinesis;

namespace Divvy.Streams.Tests.Kinesis;

/// <summary>The client against kinesalite.</summary>
[Collection(EmulatorCollection.Name)]
public sealed class KinesisClientTests(EmulatorFixture emulator) : IDisposable
{
    private readonly KinesisClient client = StreamFixtures.Client(emulator.Kinesis);

    public void Dispose() => client.Dispose();

    [EmulatorFact]
    public async Task CreateStream_TwentyShards_CoverTheKeySpace()
    {
        var stream = await client.NewStreamAsync(20);

        var shards = await client.ListShardsAsync(stream, default);
        var summary = await client.DescribeStreamAsync(stream, default);

        summary.OpenShards.ShouldBe(20);
        summary.Name.ShouldBe(stream);
        summary.Arn.ShouldEndWith($":stream/{stream}");
        shards.Count.ShouldBe(20);
        shards.ShouldAllBe(shard => !shard.IsClosed && shard.Parents.IsEmpty);
        var sorted = shards.OrderBy(shard => shard.HashKeys.Start).ToList();
        sorted[0].HashKeys.Start.ShouldBe(UInt128.Zero);
        sorted[^1].HashKeys.End.ShouldBe(UInt128.MaxValue);
        foreach (var (left, right) in sorted.Zip(sorted.Skip(1)))
            right.HashKeys.Start.ShouldBe(left.HashKeys.End + 1);
    }

    [EmulatorFact]
    public async Task PutAndGet_Records_ComeBackInOrderWithTheirBytes()
    {
        var stream = await client.NewStreamAsync();
        var before = DateTimeOffset.UtcNow.AddSeconds(-5);

        var first = await client.PutRecordAsync(stream, new PutEntry("k", new byte[] { 0, 255, 128 }), default);
        var receipts = await client.PutRecordsAsync(
            stream, [.. Enumerable.Range(0, 1200).Select(at => StreamFixtures.Entry("k", $"{at}"))], default);

        receipts.Count.ShouldBe(1200);
        receipts.ShouldAllBe(receipt => receipt.IsStored && receipt.ShardId == first.ShardId);
        var records = await client.ReadAsync(stream, first.ShardId!, 1201);
        records.Count.ShouldBe(1201);
        records[0].Data.ToArray().ShouldBe([0, 255, 128]);
        records[0].SequenceNumber.ShouldBe(first.SequenceNumber);
        records[0].ApproximateArrival.ShouldBeInRange(before, DateTimeOffset.UtcNow.AddSeconds(5));
        records.Skip(1).Select(record => record.Text()).ShouldBe(Enumerable.Range(0, 1200).Select(at => $"{at}"));
        records.Skip(1).Select(record => record.SequenceNumber)
            .ShouldBe(receipts.Select(receipt => receipt.SequenceNumber!));
    }

    [EmulatorFact]
    public async Task GetShardIterator_EachPosition_BeginsThere()
    {
        var stream = await client.NewStreamAsync();
        var receipts = await client.PutRecordsAsync(
            stream, [.. Enumerable.Range(0, 3).Select(at => StreamFixtures.Entry("k", $"{at}"))], default);
        var second = receipts[1].SequenceNumber!;

        (await FirstAsync(ShardIteratorRequest.TrimHorizon)).ShouldBe(["0", "1", "2"]);
        (await FirstAsync(ShardIteratorRequest.AtSequenceNumber(second))).ShouldBe(["1", "2"]);
        (await FirstAsync(ShardIteratorRequest.AfterSequenceNumber(second))).ShouldBe(["2"]);
        (await FirstAsync(ShardIteratorRequest.Latest)).ShouldBeEmpty();
        (await FirstAsync(ShardIteratorRequest.AtTimestamp(DateTimeOffset.UtcNow.AddMinutes(-1))))
            .ShouldBe(["0", "1", "2"]);

        async Task<IEnumerable<string>> FirstAsync(ShardIteratorRequest position)
        {
            var iterator = await client.GetShardIteratorAsync(stream, receipts[0].ShardId!, position, default);
            return (await client.GetRecordsAsync(iterator, 10, null, default)).Records.Select(record => record.Text());
        }
    }

    [EmulatorFact]
    public async Task GetShardIterator_AtATimeWithNoLaterRecord_EndsByItsTimeLimit()
    {
        using var hasty = StreamFixtures.Client(emulator.Kinesis, options =>
        {
            options.Timeout = TimeSpan.FromMilliseconds(200);
            options.Retry.MaxAttempts = 2;
        });
        var stream = await client.NewStreamAsync();
        var receipt = await client.PutRecordAsync(stream, StreamFixtures.Entry("k", "old"), default);

        // Times are told in milliseconds: within the record's own it would be found.
        var later = (await client.ReadAsync(stream, receipt.ShardId!, 1)).Single().ApproximateArrival
            .AddMilliseconds(1);
        SpinWait.SpinUntil(() => DateTimeOffset.UtcNow >= later, StreamFixtures.Patience).ShouldBeTrue();

        var failure = await Should.ThrowAsync<KinesisException>(hasty.GetShardIteratorAsync(
            stream, receipt.ShardId!, ShardIteratorRequest.AtTimestamp(later), default)
            .WaitAsync(StreamFixtures.Patience));

        failure.Message.ShouldContain("within 0.2 s");
        failure.Message.ShouldContain("tried 2 times");
        failure.ErrorType.ShouldBeEmpty();
    }

    [EmulatorFact]
    public async Task SplitAndMerge_OpenShards_HaveChildrenWithTheirParents()
    {
        var stream = await client.NewStreamAsync();
        var parent = (await client.ListShardsAsync(stream, default)).Single();
        await client.PutRecordAsync(stream, StreamFixtures.Entry("k", "before"), default);

        await client.SplitShardAsync(stream, parent.Id, UInt128.MaxValue / 2, default);
        await client.WaitUntilActiveAsync(stream);
        var split = await client.ListShardsAsync(stream, default);
        var children = split.Where(shard => !shard.IsClosed).OrderBy(shard => shard.HashKeys.Start).ToList();
        children.Count.ShouldBe(2);
        children.ShouldAllBe(child => child.Parents.SequenceEqual(new[] { parent.Id }));
        children[1].HashKeys.ShouldBe(new HashKeyRange(UInt128.MaxValue / 2, UInt128.MaxValue));
        split.Single(shard => shard.IsClosed).Id.ShouldBe(parent.Id);

        await client.MergeShardsAsync(stream, children[0].Id, children[1].Id, default);
        await client.WaitUntilActiveAsync(stream);
        var merged = (await client.ListShardsAsync(stream, default)).Single(shard => !shard.IsClosed);
        merged.Parents.ShouldBe([children[0].Id, children[1].Id]);
        merged.HashKeys.ShouldBe(HashKeyRange.All);

        // A closed shard ends, after an empty read or two.
        (await client.ReadAsync(stream, parent.Id)).Select(record => record.Text()).ShouldBe(["before"]);
    }

    [EmulatorFact]
    public async Task EveryCall_StreamMissing_SaysSo()
    {
        var failure = await Should.ThrowAsync<StreamNotFoundException>(
            client.ListShardsAsync("no-such-stream", default).AsTask());
        failure.Message.ShouldContain("ListShards of stream 'no-such-stream'");
        failure.Message.ShouldContain("us-east-1");
        failure.Message.ShouldContain("create it");
        await Should.ThrowAsync<StreamNotFoundException>(client.DescribeStreamAsync("no-such-stream", default));
        await Should.ThrowAsync<StreamNotFoundException>(
            client.PutRecordAsync("no-such-stream", StreamFixtures.Entry("k", ""), default));
    }

    [EmulatorFact]
    public async Task GetRecords_StreamDeletedMeanwhile_SaysSo()
    {
        var stream = await client.NewStreamAsync();
        var iterator = await client.GetShardIteratorAsync(
            stream, "shardId-000000000000", ShardIteratorRequest.TrimHorizon, default);

        await client.DeleteStreamAsync(stream, default);

        using var limit = new CancellationTokenSource(StreamFixtures.Patience);
        await Should.ThrowAsync<StreamNotFoundException>(async () =>
        {
            while (true)
                await client.GetRecordsAsync(iterator, 1, null, limit.Token);
        });
    }

    [EmulatorFact]
    public async Task UpdateShardCount_EmulatorLacksIt_SaysSo()
    {
        var stream = await client.NewStreamAsync();

        var failure = await Should.ThrowAsync<KinesisException>(client.UpdateShardCountAsync(stream, 2, default));

        failure.ErrorType.ShouldBe("UnknownOperationException");
        failure.Message.ShouldContain("does not know this call");
    }

    [EmulatorFact]
    public async Task CreateStream_NameTaken_IsInUse()
    {
        var stream = await client.NewStreamAsync();

        var failure = await Should.ThrowAsync<KinesisException>(client.CreateStreamAsync(stream, 1, default));

        failure.ErrorType.ShouldBe("ResourceInUseException");
    }

    [Fact]
    public async Task EveryCall_NobodyListens_SaysWhatToDo()
    {
        using var lonely = StreamFixtures.Client(
            new Uri($"http://127.0.0.1:{TestKit.FreePort.Probe()}"), options => options.Retry.MaxAttempts = 2);

        var failure = await Should.ThrowAsync<KinesisException>(lonely.ListShardsAsync("s", default).AsTask());

        failure.ErrorType.ShouldBeEmpty();
        failure.Message.ShouldContain("divvy stream emulator");
        failure.Message.ShouldContain("tried 2 times");
    }

    [Fact]
    public void Options_OutOfRange_SayEveryFault()
    {
        var options = KinesisClientOptions.ForEmulator(new Uri("ftp://127.0.0.1"));
        options.Timeout = TimeSpan.Zero;
        options.Retry.MaxAttempts = 0;

        var failure = Should.Throw<ArgumentException>(() => new KinesisClient(options));

        failure.Message.ShouldContain("Endpoint");
        failure.Message.ShouldContain("Timeout");
        failure.Message.ShouldContain("MaxAttempts");
    }
}
