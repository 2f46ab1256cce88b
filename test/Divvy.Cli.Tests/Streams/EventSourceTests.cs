using Divvy.Cli.Streams.Production;

namespace Divvy.Cli.Tests.Streams;

public sealed class EventSourceTests
{
    private static readonly DateTimeOffset now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Next_KeysInTurn_NumbersGrowWithinEachKey()
    {
        var source = new EventSource("run", 3, new Random(1));

        var events = Enumerable.Range(0, 4).SelectMany(_ => source.Next(2, now))
            .Select(entry => (entry.PartitionKey, Read: ProducedEvent.TryRead(entry.Data.Span)!)).ToList();

        events.ShouldAllBe(made => made.Read.Metadata.Key == made.PartitionKey && made.Read.Metadata.Run == "run");
        events.Select(made => (made.PartitionKey, made.Read.Metadata.Number)).Take(4).ShouldBe(
            [("shard-key-0", 0L), ("shard-key-1", 0L), ("shard-key-2", 0L), ("shard-key-0", 1L)]);
        events.Select(made => made.Read.EventId).Distinct().Count().ShouldBe(8);
        events[0].Read.Timestamp.ShouldBe(now.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void Next_MoreThanThereAreKeys_HoldsEachKeyOnce() =>
        new EventSource("run", 3, new Random(1)).Next(50, now).Select(entry => entry.PartitionKey)
            .ShouldBe(["shard-key-0", "shard-key-1", "shard-key-2"]);

    [Fact]
    public void Next_SameSeed_MakesTheSameEvents() =>
        Made(5).ShouldBe(Made(5));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("plain text")]
    public void TryRead_SomethingElse_IsNone(string text) =>
        ProducedEvent.TryRead(System.Text.Encoding.UTF8.GetBytes(text)).ShouldBeNull();

    [Theory]
    [InlineData(500, 50, 50, 100)]
    [InlineData(2000, 50, 50, 25)]
    [InlineData(5, 50, 1, 200)]
    [InlineData(100, 4, 4, 40)]
    public void ForRate_Batches_TogetherHoldIt(int rate, int largest, int batch, int pauseMs) =>
        ProduceSettings.ForRate(rate, largest).ShouldBe((batch, TimeSpan.FromMilliseconds(pauseMs)));

    private static List<byte[]> Made(int seed) =>
        [.. new EventSource("run", 3, new Random(seed)).Next(3, now).Select(entry => entry.Data.ToArray())];
}
