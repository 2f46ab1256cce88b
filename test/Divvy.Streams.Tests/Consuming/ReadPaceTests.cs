using Divvy.Streams.Consuming;

namespace Divvy.Streams.Tests.Consuming;

public sealed class ReadPaceTests
{
    private static readonly StreamConsumerOptions Options = new()
    {
        IdleTime = Ms(100),
        MaxIdleTime = Ms(300),
        ReadInterval = Ms(200),
        MaxReadBackoff = Ms(5000),
    };

    private readonly ReadPace pace = new(Options);

    [Fact]
    public void Nothing_AgainAndAgain_WaitsLongerUpToTheLimit() =>
        Quiet(5).ShouldBe([Ms(100), Ms(150), Ms(225), Ms(300), Ms(300)]);

    [Fact]
    public void Nothing_AfterRecords_WaitsNoLongerThanAtFirst()
    {
        Quiet(5);

        pace.Records(TimeSpan.Zero, goesOn: false);

        pace.Nothing(TimeSpan.Zero).ShouldBe(Ms(100));
    }

    [Fact]
    public void Nothing_SlowAnswer_WaitsThreeTimesAsLong()
    {
        pace.Nothing(Ms(400)).ShouldBe(Ms(1200));
        pace.Nothing(Ms(9000)).ShouldBe(Ms(5000));
    }

    [Fact]
    public void Nothing_LimitBelowTheFirstPause_NeverGrows()
    {
        var steady = new ReadPace(new() { IdleTime = Ms(100), MaxIdleTime = TimeSpan.Zero });

        steady.Nothing(TimeSpan.Zero);

        steady.Nothing(TimeSpan.Zero).ShouldBe(Ms(100));
    }

    [Fact]
    public void Records_WaitsForTheRestOfTheInterval()
    {
        pace.Records(Ms(50), goesOn: false).ShouldBe(Ms(150));
        pace.Records(Ms(50), goesOn: true).ShouldBe(TimeSpan.Zero);
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private List<TimeSpan> Quiet(int reads) => [.. Enumerable.Range(0, reads).Select(_ => pace.Nothing(TimeSpan.Zero))];
}
