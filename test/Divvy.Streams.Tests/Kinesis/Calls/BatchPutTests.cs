using Divvy.Streams.Kinesis;
using Divvy.Streams.Kinesis.Calls;

namespace Divvy.Streams.Tests.Kinesis.Calls;

public sealed class BatchPutTests
{
    [Fact]
    public void Chunks_ManyRecords_AreFiveHundredACall() =>
        Sizes(Enumerable.Repeat(10, 1201)).ShouldBe([500, 500, 201]);

    [Fact]
    public void Chunks_LargeRecords_StayBelowTheLimitOfBytes() =>
        Sizes(Enumerable.Repeat(1024 * 1024, 11)).ShouldBe([4, 4, 3]);

    [Fact]
    public void Chunks_OneTooLarge_GoesAloneForTheServiceToRefuse() =>
        Sizes([1, 6 * 1024 * 1024, 1]).ShouldBe([1, 1, 1]);

    [Fact]
    public void Chunks_None_IsNoCall() => Sizes([]).ShouldBeEmpty();

    [Fact]
    public void Chunks_Together_HoldEveryIndexOnceInOrder() =>
        BatchPut.Chunks([.. Enumerable.Range(0, 777).Select(_ => new PutEntry("k", new byte[9000]))])
            .SelectMany(chunk => chunk).ShouldBe(Enumerable.Range(0, 777));

    private static IEnumerable<int> Sizes(IEnumerable<int> lengths) =>
        BatchPut.Chunks([.. lengths.Select(length => new PutEntry("k", new byte[length]))])
            .Select(chunk => chunk.Count);
}
