using Divvy.Simulation.Timelines;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Timelines;

public sealed class SpansTests
{
    private static readonly TimeSpan end = TimeSpan.FromSeconds(9);

    [Fact]
    public void Of_WhatBeginsAndEnds_LastsFromOneToTheOther()
    {
        var spans = Spans.Of(
            [
                Line(1, TraceKind.Fault, "fault 3", "Split: split 7"),
                Line(2, TraceKind.Ownership, "instance-01", "serves 4 at generation 2"),
                Line(3, TraceKind.Fault, "fault 3", "Split ends"),
                Line(5, TraceKind.Ownership, "instance-01", "Yielded 4 at generation 2"),
            ],
            end);

        spans.Select(span => (span.Lane, span.Kind, span.From.TotalSeconds, span.To.TotalSeconds)).ShouldBe(
            [("faults", "fault", 1, 3), ("shard 4", "owner", 2, 5)]);
        spans[1].Text.ShouldBe("instance-01, generation 2 (2.000 to 5.000 s)");
    }

    [Fact]
    public void Of_WhatNeverEnds_LastsToTheEndOfTheRun()
    {
        var spans = Spans.Of(
            [
                Line(0, TraceKind.Phase, "run", "faults: many"),
                Line(1, TraceKind.Process, "member-1", "starts"),
                Line(4, TraceKind.Phase, "run", "heal"),
            ],
            end);

        spans.Select(span => (span.Lane, span.From.TotalSeconds, span.To.TotalSeconds)).ShouldBe(
            [("phase", 0, 4), ("member-1", 1, 9), ("phase", 4, 9)]);
    }

    [Fact]
    public void LanesOf_ManyShards_ComeInOrderOfNumberBelowTheProcesses()
    {
        var spans = Spans.Of(
            [
                Line(0, TraceKind.Ownership, "b", "serves 10 at generation 1"),
                Line(0, TraceKind.Ownership, "b", "serves 9 at generation 1"),
                Line(0, TraceKind.Process, "b", "starts"),
            ],
            end);

        Spans.LanesOf(spans).ShouldBe(["b", "shard 9", "shard 10"]);
    }

    private static TraceLine Line(int second, TraceKind kind, string actor, string text) =>
        new(TimeSpan.FromSeconds(second), kind, actor, text);
}
