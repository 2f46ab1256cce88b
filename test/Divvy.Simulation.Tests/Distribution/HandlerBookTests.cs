using Divvy.Core.Identity;
using Divvy.Simulation.Distribution;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Distribution;

public sealed class HandlerBookTests
{
    private static readonly ShardId shard = new("s1");
    private static readonly Generation first = new(1);

    private readonly RunReport report = new(new SimWorld(seed: 1, keepTrace: false));
    private readonly HandlerBook book;

    public HandlerBookTests()
    {
        book = new HandlerBook("a", report);
        book.Prepares(shard);
        book.Adds(shard, first, state: null);
        book.Added(shard, first);
    }

    private string Violated => report.Violations.ShouldHaveSingleItem().Checker;

    [Fact]
    public void Adds_SameGenerationAgainOrAfterADrop_IsAllowed()
    {
        book.Adds(shard, first, state: null);
        book.Drops(shard);
        book.Prepares(shard);
        book.Adds(shard, first.Next, state: first);

        report.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Adds_AnotherGenerationWithoutADrop_BreaksHandlers()
    {
        book.Adds(shard, first.Next, state: null);

        Violated.ShouldBe("handlers");
    }

    [Fact]
    public void Prepares_WhatItHolds_BreaksHandlers()
    {
        book.Prepares(shard);

        Violated.ShouldBe("handlers");
    }

    [Fact]
    public void Adds_StateOfAnotherGenerationThanTheLast_BreaksHandOver()
    {
        book.Drops(shard);

        book.Adds(shard, first.Next.Next, state: first);

        Violated.ShouldBe("hand-over");
    }
}
