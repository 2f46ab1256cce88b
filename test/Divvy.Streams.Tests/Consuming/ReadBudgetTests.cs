using Divvy.Streams.Consuming;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Streams.Tests.Consuming;

public sealed class ReadBudgetTests
{
    private const long Limit = 64L << 20;
    private const int MostRecords = 10_000;

    /// <summary>The largest record of an ordinary stream, with its key.</summary>
    private const int LargestRecord = (1 << 20) + 1024;

    [Fact]
    public void TryGrant_RecordSizeKnown_ReservesWhatTheRecordsAreLikelyToTake()
    {
        var budget = new ReadBudget(Limit);
        var account = Known(budget, 1_000);

        var grant = budget.TryGrant(account, 200)!;

        grant.Limit.ShouldBe(200);
        grant.Reserved.ShouldBe(200 * 1_000);
        budget.Held.ShouldBe(grant.Reserved);
    }

    [Fact]
    public void TryGrant_ThirtyShardsOfSmallRecords_AllReadAtOnce()
    {
        var budget = new ReadBudget(ReadBudget.SmallestLimit);
        var shards = Enumerable.Range(0, 30).Select(_ => Known(budget, 250)).ToList();

        foreach (var account in shards)
            budget.TryGrant(account, MostRecords).ShouldNotBeNull().Limit.ShouldBeGreaterThan(200);
    }

    [Fact]
    public void TryGrant_AsManyReadsUnderWayAsMayBe_WaitsUntilOneEnds()
    {
        var budget = new ReadBudget(Limit, maxReads: 2);
        var shards = Enumerable.Range(0, 3).Select(_ => Known(budget, 250)).ToList();
        budget.TryGrant(shards[0], 1).ShouldNotBeNull();
        budget.TryGrant(shards[1], 1).ShouldNotBeNull();
        budget.TryGrant(shards[2], 1).ShouldBeNull();

        budget.Settle(shards[0], 250, 1);

        budget.TryGrant(shards[2], 1).ShouldNotBeNull();
    }

    [Fact]
    public void TryGrant_OneLargeRecordLongAgo_IsForgotten()
    {
        var budget = new ReadBudget(Limit);
        var account = Known(budget, LargestRecord);
        var limits = Enumerable.Range(0, 100).Select(_ =>
        {
            var grant = budget.TryGrant(account, MostRecords)!;
            budget.Settle(account, grant.Limit * 250L, grant.Limit);
            budget.Release(account, account.Buffered);
            return grant.Limit;
        }).ToList();

        limits[0].ShouldBeLessThan(30);
        limits[^1].ShouldBe(MostRecords);
    }

    [Fact]
    public void TryAdmit_SmallerThanReserved_GivesTheRestBackBeforeItIsRead()
    {
        var budget = new ReadBudget(Limit);
        var account = budget.Open();
        budget.TryGrant(account, MostRecords);

        budget.TryAdmit(account, 500).ShouldNotBeNull();

        budget.Held.ShouldBe(500);
    }

    [Fact]
    public void TryAdmit_LargerThanReserved_PassesTheLimitByOneAnswerAndNoMore()
    {
        var budget = new ReadBudget(ReadBudget.SmallestLimit);
        var (one, other, third) = (Known(budget, 100), Known(budget, 100), budget.Open());
        budget.TryGrant(one, MostRecords);
        budget.TryGrant(other, MostRecords);

        budget.TryAdmit(one, ReadBudget.LargestAnswer).ShouldNotBeNull();
        budget.TryAdmit(other, ReadBudget.LargestAnswer).ShouldBeNull();
        budget.TryGrant(third, MostRecords).ShouldBeNull();
        budget.Held.ShouldBeLessThan(ReadBudget.SmallestLimit + ReadBudget.LargestAnswer);

        budget.Settle(one, 1_000, 10);
        budget.TryAdmit(other, ReadBudget.LargestAnswer).ShouldNotBeNull();
    }

    [Fact]
    public void TryAdmit_LimitPassed_LetsSmallerAnswersIn()
    {
        var budget = new ReadBudget(ReadBudget.SmallestLimit);
        var (one, other) = (Known(budget, 100), Known(budget, 100));
        budget.TryGrant(one, MostRecords);
        var reserved = budget.TryGrant(other, MostRecords)!.Reserved;
        budget.TryAdmit(one, ReadBudget.LargestAnswer);

        budget.TryAdmit(other, reserved).ShouldNotBeNull();
    }

    [Fact]
    public void Settle_SmallAnswer_GivesTheRestBack()
    {
        var budget = new ReadBudget(Limit);
        var account = budget.Open();
        budget.TryGrant(account, MostRecords);

        budget.Settle(account, 1_000, 10);

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
            budget.Settle(shards[0], grant.Limit * 1_000L, grant.Limit);

        shards[0].Buffered.ShouldBeLessThan(Limit / 30);
        foreach (var other in shards.Skip(1))
            budget.TryGrant(other, MostRecords).ShouldNotBeNull();
    }

    [Fact]
    public void TryGrant_RoomTakenByOthers_ReadsFewAtATime()
    {
        var budget = new ReadBudget(ReadBudget.SmallestLimit);
        var account = Known(budget, 100_000);
        var stalled = budget.Open();
        budget.TryGrant(stalled, MostRecords);
        budget.TryAdmit(stalled, ReadBudget.SmallestLimit - 350_000);
        budget.Settle(stalled, ReadBudget.SmallestLimit - 350_000, 1);

        budget.TryGrant(account, MostRecords).ShouldNotBeNull().Limit.ShouldBe(3);
    }

    [Fact]
    public void TryGrant_RoomReservedByReadsUnderWay_WaitsForThem()
    {
        var budget = new ReadBudget(ReadBudget.SmallestLimit);
        var (reading, waiting) = (budget.Open(), Known(budget, 100_000));
        budget.TryGrant(reading, MostRecords);
        budget.TryAdmit(reading, ReadBudget.SmallestLimit - 350_000);

        budget.TryGrant(waiting, MostRecords).ShouldBeNull();
        budget.Settle(reading, 500, 1);

        budget.TryGrant(waiting, MostRecords).ShouldNotBeNull();
    }

    [Fact]
    public void TryGrant_RecordLargerThanTheLimit_ComesAlone()
    {
        var budget = new ReadBudget(ReadBudget.SmallestLimit);
        var (large, other) = (Known(budget, 10 << 20), budget.Open());
        budget.TryGrant(other, MostRecords);

        budget.TryGrant(large, MostRecords).ShouldBeNull();
        budget.Settle(other, 0, 0);

        budget.TryGrant(large, MostRecords).ShouldNotBeNull().Limit.ShouldBe(1);
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
            budget.Settle(account, grant.Limit * 300, grant.Limit);
            budget.Release(account, account.Buffered);
            return grant.Limit;
        }).ToList();

        limits[..4].ShouldBe([1, 8, 64, 512]);
        limits[4].ShouldBeInRange(2500, 3000);
    }

    [Fact]
    public void Close_ShardWithReadAndBuffer_GivesEverythingBack()
    {
        var budget = new ReadBudget(Limit);
        var account = budget.Open();
        budget.TryGrant(account, MostRecords);
        budget.Settle(account, 5_000, 50);
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
            budget.Settle(stalled, 1 << 20, 3_000);

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
        budget.TryReserve(one, 3 << 20).ShouldNotBeNull();

        budget.TryReserve(other, 2 << 20).ShouldBeNull();
        budget.Settle(one, 0, 0);

        budget.TryReserve(other, 2 * ReadBudget.SmallestLimit).ShouldNotBeNull();
    }

    /// <summary>Whatever sizes come in whatever order: the limit is passed by one answer at most, and a shard that
    /// holds nothing may read once no other read is under way, unless others hold the whole limit.</summary>
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
        var admitted = new Dictionary<ReadAccount, long>();
        foreach (var step in steps)
        {
            var account = shards[step % shards.Count];
            if (admitted.Remove(account, out var answer))
                budget.Settle(account, answer, account.Reading!.Limit);
            else if (account.Reading is { } grant)
            {
                // Much more than was reserved, or less.
                var bytes = Math.Min(ReadBudget.LargestAnswer, step % 3 == 0 ? grant.Limit * 900_000L : step % 5_000);
                if (budget.TryAdmit(account, bytes) is not null)
                    admitted[account] = bytes;
            }
            else if (step % 5 == 0)
                budget.Release(account, account.Buffered);
            else
                budget.TryGrant(account, MostRecords);
            budget.Held.ShouldBeInRange(0, Limit + ReadBudget.LargestAnswer);
            budget.Held.ShouldBe(shards.Sum(each => each.Buffered + (each.Reading?.Reserved ?? 0)));
        }
        foreach (var account in shards.Where(account => account.Reading is not null))
            budget.Settle(account, 0, 0);
        var idle = shards.Find(account => account.Buffered == 0);
        if (idle is not null && Limit - budget.Held > Math.Max(1 << 20, idle.RecordSize))
            budget.TryGrant(idle, MostRecords).ShouldNotBeNull();
    }

    /// <summary>A shard whose records take so much, as its last read showed, and that may read as many as it likes.
    /// </summary>
    private static ReadAccount Known(ReadBudget budget, int recordSize)
    {
        var account = budget.Open();
        budget.TryGrant(account, 1);
        budget.Settle(account, recordSize, 1);
        budget.Release(account, recordSize);
        account.LastLimit = MostRecords;
        return account;
    }
}
