using Divvy.Cli.Streams.Consuming;
using Divvy.Cli.Streams.Lab;

namespace Divvy.Cli.Tests.Streams;

public sealed class HoldHistoryTests
{
    [Fact]
    public void Moves_Handover_IsOneMoveWithItsGap()
    {
        var history = History(
            (10, "a", ConsumeEvent.Began), (100, "a", ConsumeEvent.Gave), (130, "b", ConsumeEvent.Began));

        history.Moves(50).Single().After.Worker.ShouldBe("b");
        history.HandoffGaps(50).ShouldBe([30.0]);
    }

    [Fact]
    public void Moves_BeforeTheTimeAsked_DoNotCount()
    {
        var history = History(
            (10, "a", ConsumeEvent.Began), (100, "a", ConsumeEvent.Gave), (130, "b", ConsumeEvent.Began));

        history.Moves(200).ShouldBeEmpty();
    }

    [Fact]
    public void HandoffGaps_LeaseLost_IsNoHandover()
    {
        var history = History(
            (10, "a", ConsumeEvent.Began), (100, "a", ConsumeEvent.Lost), (130, "b", ConsumeEvent.Began));

        history.HandoffGaps(50).ShouldBeEmpty();
    }

    [Fact]
    public void Bury_KilledWorker_EndsItsHoldings()
    {
        var history = History((10, "a", ConsumeEvent.Began));

        history.Bury("a", 50);
        history.Take(new(80, "b", ConsumeEvent.Began, "shard"));

        history.Moves(50).Single().Before.ToMs.ShouldBe(50);
    }

    [Fact]
    public void Draw_MarkBeforeTheFirstHolding_BeginsWithTheMark()
    {
        var history = History((1000, "a", ConsumeEvent.Began));

        HoldPicture.Draw([.. history.All], [(0, "workers start")], 2000).ShouldContain("shard: a from 1.00 s");
    }

    [Fact]
    public void Draw_Holdings_AreInTheirLanes()
    {
        var history = History(
            (0, "a", ConsumeEvent.Began), (1000, "a", ConsumeEvent.Gave), (1000, "b", ConsumeEvent.Began));

        var picture = HoldPicture.Draw([.. history.All], [(500, "kill & wait")], 2000);

        picture.ShouldContain("kill &amp; wait");
        picture.ShouldContain("shard: a from 0.00 s");
        picture.ShouldContain("shard: b from 1.00 s");
        System.Xml.Linq.XDocument.Parse(picture).Root!.Name.LocalName.ShouldBe("svg");
    }

    private static HoldHistory History(params (double AtMs, string Worker, ConsumeEvent Event)[] entries)
    {
        var history = new HoldHistory();
        foreach (var (at, worker, happened) in entries)
            history.Take(new(at, worker, happened, "shard"));
        return history;
    }
}
