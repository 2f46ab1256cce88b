using System.Diagnostics.Metrics;
using Divvy.Telemetry.Prometheus;

namespace Divvy.Coordination.Tests.Telemetry;

public sealed class MetricsCollectorTests : IDisposable
{
    private readonly Meter meter = new("Test");
    private readonly MetricsCollector collector;

    public MetricsCollectorTests() => collector = new MetricsCollector(other => other == meter);

    [Fact]
    public void Render_Counter_AddsUpPerLabelsWithHelpAndType()
    {
        var counter = meter.CreateCounter<long>("divvy.steps", description: "Steps\nby kind.");
        counter.Add(2, new("kind", "flip"), new("a.b", 1));
        counter.Add(3, new("a.b", 1), new("kind", "flip"));

        collector.Render().ShouldBe(
            """
            # HELP divvy_steps_total Steps\nby kind.
            # TYPE divvy_steps_total counter
            divvy_steps_total{a_b="1",kind="flip"} 5

            """);
    }

    [Fact]
    public void Render_LabelValues_AreEscaped()
    {
        meter.CreateCounter<int>("c").Add(1, new KeyValuePair<string, object?>("v", "a\\b\"c\nd"));

        collector.Render().ShouldContain("""c_total{v="a\\b\"c\nd"} 1""");
    }

    [Fact]
    public void Render_Histogram_HasCumulativeBucketsSumAndCount()
    {
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 2] };
        var histogram = meter.CreateHistogram("h", "s", null, null, advice);
        foreach (var value in (double[])[0.5, 0.75, 1.5, 99])
            histogram.Record(value);

        collector.Render().ShouldBe(
            """
            # TYPE h_seconds histogram
            h_seconds_bucket{le="0.5"} 1
            h_seconds_bucket{le="1"} 2
            h_seconds_bucket{le="2"} 3
            h_seconds_bucket{le="+Inf"} 4
            h_seconds_sum 101.75
            h_seconds_count 4

            """);
    }

    [Fact]
    public void Render_UpDownCounterAndGauges_ShowTheLastValue()
    {
        var upDown = meter.CreateUpDownCounter<long>("open");
        upDown.Add(5);
        upDown.Add(-2);
        var gauge = meter.CreateGauge<double>("level");
        gauge.Record(1);
        gauge.Record(double.PositiveInfinity);

        collector.Render().ShouldBe("# TYPE level gauge\nlevel +Inf\n# TYPE open gauge\nopen 3\n");
    }

    [Fact]
    public void Render_ObservableSeriesThatEnded_IsGone()
    {
        var name = "a";
        meter.CreateObservableGauge("g", () => new Measurement<int>(1, new KeyValuePair<string, object?>("n", name)));

        collector.Render().ShouldContain("n=\"a\"");
        name = "b";
        var second = collector.Render();

        second.ShouldContain("n=\"b\"");
        second.ShouldNotContain("n=\"a\"");
    }

    [Fact]
    public void Render_ObservableCounter_ShowsTheTotalItReports()
    {
        meter.CreateObservableCounter("done", () => 7);

        collector.Render();
        collector.Render().ShouldContain("done_total 7\n");
    }

    [Fact]
    public void Record_TooManySeries_AreDroppedAndCounted()
    {
        var counter = meter.CreateCounter<long>("c");
        for (var index = 0; index < MetricsCollector.MaxSeriesPerInstrument + 3; index++)
            counter.Add(1, new KeyValuePair<string, object?>("i", index));

        collector.Render().ShouldContain("divvy_telemetry_dropped_measurements_total 3");
    }

    [Fact]
    public void Render_OtherMeters_AreNotListenedTo()
    {
        using var other = new Meter("Other");
        other.CreateCounter<int>("foreign").Add(1);

        collector.Render().ShouldBeEmpty();
    }

    public void Dispose()
    {
        collector.Dispose();
        meter.Dispose();
    }
}
