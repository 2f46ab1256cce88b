using Divvy.Streams.Consuming;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Streams.Tests.Consuming;

public sealed class ReadBudgetTests
{
    private const long Limit = 64L << 20;
    private const int MostRecords = 10_000;

    [Fact]
    public void TryGrant_NothingHeld_ReservesTheWorstTheLimitAllows()
    {
        var budget = new ReadBudget(Limit);

        var grant = budget.TryGrant(budget.Open(), 3)!;

        grant.Limit.ShouldBe(3);
        grant.Reserved.ShouldBeGreaterThanOrEqualTo(3 * ReadBudget.LargestRecord);
        budget.Held.ShouldBe(grant.Reserved);
    }

    [Fact]
    public void Settle_SmallAnswer_GivesTheRestBack()
    {
        var budget = new ReadBudget(Limit);
        var account = budget.Open();
        budget.TryGrant(account, MostRecords);

        budget.Settle(account, 1_000, 100);

        budget.Held.ShouldBe(1_000);
        account.Buffered.ShouldBe(1_000);
    }

    [Fact]
    public void TryGrant_ShardThatHoldsItsPart_WaitsForItselfWhileOthersRead()
    {
        var budget = new ReadBudget(Limit);
        var shards = Enumerable.Range(0, 30).Select(_ => budget.Open()).ToList();
        // The first one's processor stalls: it reads until it is refused.
        while (budget.TryGrant(shards[0], MostRecords) is { } grant)
            budget.Settle(shards[0], grant.Limit * 1_000L, 1_000);

        shards[0].Buffered.ShouldBeLessThan(Limit / 30);
        foreach (var other in shards.Skip(1).Take(4))
            budget.TryGrant(other, MostRecords).ShouldNotBeNull();
    }

    [Fact]
    public void TryGrant_RoomTakenByGrownRecords_ReadsFewAtATime()
    {
        var budget = new ReadBudget(Limit);
        for (var stalled = 0; stalled < 6; stalled++)
        {
            var account = budget.Open();
            budget.TryGrant(account, MostRecords);
            budget.Settle(account, ReadBudget.LargestAnswer, (int)ReadBudget.LargestRecord);
        }

        var grant = budget.TryGrant(budget.Open(), MostRecords).ShouldNotBeNull();

        grant.Limit.ShouldBe(3);
    }

    [Fact]
    public void TryGrant_RoomReservedByReadsUnderWay_WaitsForThem()
    {
        var budget = new ReadBudget(16L << 20);
        var shards = Enumerable.Range(0, 20).Select(_ => budget.Open()).ToList();
        var reading = shards.TakeWhile(account => budget.TryGrant(account, MostRecords) is not null).ToList();
        var waiting = shards[reading.Count];

        reading.Count.ShouldBe(15);
        budget.TryGrant(waiting, MostRecords).ShouldBeNull();
        budget.Settle(reading[0], 500, 100);

        budget.TryGrant(waiting, MostRecords).ShouldNotBeNull();
    }

    [Fact]
    public void TryGrant_SmallRecords_GrowsStepByStep()
    {
        var budget = new ReadBudget(Limit);
        var account = budget.Open();
        _ = Enumerable.Range(0, 29).Select(_ => budget.Open()).ToList();

        var limits = Enumerable.Range(0, 5).Select(_ =>
        {
            var grant = budget.TryGrant(account, MostRecords)!;
            budget.Settle(account, 0, 300);
            return grant.Limit;
        }).ToList();

        limits[..4].ShouldBe([1, 8, 64, 512]);
        limits[4].ShouldBeInRange(2000, 3000);
    }

    [Fact]
    public void Close_ShardWithReadAndBuffer_GivesEverythingBack()
    {
        var budget = new ReadBudget(Limit);
        var account = budget.Open();
        budget.TryGrant(account, MostRecords);
        budget.Settle(account, 5_000, 100);
        budget.TryGrant(account, MostRecords);

        budget.Close(account);

        budget.Held.ShouldBe(0);
    }

    [Fact]
    public void TryReserve_ShardThatHoldsItsPart_WaitsForItselfWhileOthersTakeIn()
    {
        var budget = new ReadBudget(Limit);
        var (stalled, other) = (budget.Open(), budget.Open());
        while (budget.TryReserve(stalled, 1 << 20) is not null)
            budget.Settle(stalled, 1 << 20, 300);

        stalled.Buffered.ShouldBeLessThan(Limit / 2);
        budget.TryReserve(other, 1 << 20).ShouldNotBeNull();
        budget.Release(stalled, stalled.Buffered);

        budget.TryReserve(stalled, 1 << 20).ShouldNotBeNull();
    }

    [Fact]
    public void TryReserve_MoreThanIsLeft_WaitsAndMoreThanTheLimitComesAlone()
    {
        var budget = new ReadBudget(ReadBudget.SmallestLimit);
        var (one, other) = (budget.Open(), budget.Open());
        budget.TryReserve(one, 10 << 20).ShouldNotBeNull();

        budget.TryReserve(other, 7 << 20).ShouldBeNull();
        budget.Settle(one, 0, 0);

        budget.TryReserve(other, 2 * ReadBudget.SmallestLimit).ShouldNotBeNull();
    }

    /// <summary>Whatever sizes come in whatever order: the limit holds, and a shard that holds nothing may read once
    /// no other read is under way, unless others hold the whole limit.</summary>
    [Fact]
    public void AnyHistory_HoldsTheLimitAndStarvesNobody()
    {
        var steps = Gen.Choose(0, int.MaxValue - 1).ListOf().Select(list => list.ToArray());
        Prop.ForAll(steps.ToArbitrary(), RunHistory).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private static void RunHistory(int[] steps)
    {
        var budget = new ReadBudget(Limit);
        var shards = Enumerable.Range(0, 7).Select(_ => budget.Open()).ToList();
        foreach (var step in steps)
        {
            var account = shards[step % shards.Count];
            if (account.Reading is { } grant)
            {
                // An answer of the largest records that fit, or of small ones.
                var size = step % 3 == 0 ? (int)ReadBudget.LargestRecord : 300 + (step % 1000);
                var bytes = Math.Min(grant.Limit * (long)size, grant.Reserved);
                budget.Settle(account, bytes, size);
            }
            else if (step % 5 == 0)
                budget.Release(account, account.Buffered);
            else
                budget.TryGrant(account, MostRecords);
            budget.Held.ShouldBeInRange(0, Limit);
        }
        foreach (var account in shards.Where(account => account.Reading is not null))
            budget.Settle(account, 0, 0);
        var idle = shards.Find(account => account.Buffered == 0);
        if (idle is not null && Limit - budget.Held > ReadBudget.LargestRecord + ReadBudget.RecordOverhead)
            budget.TryGrant(idle, MostRecords).ShouldNotBeNull();
    }
}
