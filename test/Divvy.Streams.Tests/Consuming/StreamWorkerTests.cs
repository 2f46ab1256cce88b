using Divvy.Core.Streams;
using Divvy.Streams.Consuming;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;
using Divvy.Streams.Tests.Consuming.Fakes;

namespace Divvy.Streams.Tests.Consuming;

public sealed class StreamWorkerTests
{
    private static readonly string Shard = ConsumerWorld.Shard;

    [Fact]
    public async Task Granted_RecordsInTheShard_AreProcessedInOrder()
    {
        await using var world = await StartAsync("a", "b", "c");

        world.Grant();

        await world.Log.WaitForAsync($"{Shard} c");
        world.Processed(Shard).ShouldBe(["initialize", "a", "b", "c"]);
    }

    [Fact]
    public async Task Granted_WithCheckpointAndAnnouncement_GoesOnBehindAndTellsTheProcessor()
    {
        await using var world = new ConsumerWorld();
        ShardStart? seen = null;
        world.Script.Initialize = (start, _) =>
        {
            seen = start;
            return Task.CompletedTask;
        };
        await world.StartAsync();
        var done = world.Put("done");
        var announced = world.Put("announced");
        var term = world.Grant(new StreamLease(Shard)
        {
            Checkpoint = new(done.SequenceNumber),
            PendingCheckpoint = new(announced.SequenceNumber),
            PendingState = [1, 2],
            Parents = ["parent"],
        });

        await world.Log.WaitForAsync($"{Shard} announced");

        world.Processed(Shard).ShouldBe(["initialize", "announced"]);
        seen!.Pending.ShouldBe(new Checkpoint(announced.SequenceNumber));
        seen.PendingState.ToArray().ShouldBe([1, 2]);
        seen.Parents.ShouldBe(["parent"]);
        seen.Fence.ShouldBe(term.Fence);
        seen.Worker.ShouldBe("worker-1");
    }

    [Fact]
    public async Task Granted_ShardThatIsQuiet_IsReadAgainAfterTheIdleTime()
    {
        await using var world = await StartAsync();
        world.Grant();
        await world.Time.WaitForTimerAsync(world.Options.IdleTime);

        world.Put("late");
        world.Time.Advance(world.Options.IdleTime);

        await world.Log.WaitForAsync($"{Shard} late");
    }

    [Fact]
    public async Task Granted_ShardThatStaysQuiet_IsReadLessOften()
    {
        await using var world = await StartAsync();
        world.Options.MaxIdleTime = world.Options.IdleTime * 10;
        world.Grant();
        await world.PassIdleTimeAsync();

        await world.Time.WaitForTimerAsync(world.Options.IdleTime * 1.5);
    }

    [Fact]
    public async Task Yield_BatchUnderWay_FinishesItChecksPointAndDropsWhatWasReadAhead()
    {
        await using var world = await StartAsync("a");
        var entered = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        world.Script.Process = (_, _) =>
        {
            entered.TrySetResult();
            return go.Task;
        };
        var term = world.Grant();
        await entered.Task.WaitAsync(Limit);
        world.Put("read ahead");
        await world.PassIdleTimeAsync();

        var yielded = world.Leases.YieldAsync(term);
        yielded.IsCompleted.ShouldBeFalse();
        go.SetResult();
        await yielded.WaitAsync(Limit);

        world.Leases.Lease(Shard).Checkpoint.ShouldBe(new Checkpoint(world.Records[0].SequenceNumber));
        await world.Log.WaitForAsync($"{Shard} disposed");
        world.Processed(Shard).ShouldBe(["initialize", "a", "shutdown", "disposed"]);
        world.Worker.HeldBytes.ShouldBe(0);
    }

    [Fact]
    public async Task Yield_ProcessorHangs_IsOverWhenForcedAndCancelsTheCall()
    {
        await using var world = await StartAsync("a");
        var entered = new TaskCompletionSource();
        world.Script.Process = (_, token) =>
        {
            entered.TrySetResult();
            return Task.Delay(Timeout.Infinite, token);
        };
        var term = world.Grant();
        await entered.Task.WaitAsync(Limit);
        using var forced = new CancellationTokenSource();

        var yielded = world.Leases.YieldAsync(term, forced.Token);
        await forced.CancelAsync();
        await yielded.WaitAsync(Limit);

        await world.Log.WaitForAsync($"{Shard} disposed");
        world.Processed(Shard).ShouldBe(["initialize", "lost", "disposed"]);
        world.Reports.Events.ShouldBe([$"CancellationIgnored {Shard} a"]);
    }

    [Fact]
    public async Task Lost_CallUnderWay_IsCancelledThenToldAndCannotCheckpoint()
    {
        await using var world = await StartAsync("a");
        var entered = new TaskCompletionSource();
        Exception? refused = null;
        world.Script.Process = async (batch, token) =>
        {
            entered.TrySetResult();
            await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default);
            refused = await Record.ExceptionAsync(async () => await batch.Checkpointer.CheckpointAsync(default));
            throw refused!;
        };
        var term = world.Grant();
        await entered.Task.WaitAsync(Limit);

        world.Leases.Lose(term);

        await world.Log.WaitForAsync($"{Shard} disposed");
        refused.ShouldBeOfType<LeaseLostException>();
        world.Processed(Shard).ShouldBe(["initialize", "lost", "disposed"]);
        world.Leases.Writes.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task Yield_LastCallUnderWay_IsNotOverBeforeItsCheckpoint()
    {
        await using var world = await StartAsync("a");
        var last = new TaskCompletionSource();
        world.Script.Shutdown = () => last.Task;
        var term = world.Grant();
        await world.Log.WaitForAsync($"{Shard} a");

        var yielding = world.Leases.YieldAsync(term);
        await world.Log.WaitForAsync($"{Shard} shutdown");
        // What should not happen has some time to happen; nothing depends on how long.
        await Task.WhenAny(yielding, Task.Delay(TimeSpan.FromMilliseconds(50)));
        yielding.IsCompleted.ShouldBeFalse();
        last.SetResult();
        await yielding;

        world.Leases.Lease(Shard).Checkpoint.ShouldBe(new Checkpoint(world.Records[0].SequenceNumber));
    }

    [Fact]
    public async Task Lost_CallIgnoresItsToken_IsReportedAndTheNextHoldingBegins()
    {
        await using var world = await StartAsync("a");
        var never = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        world.Script.Process = (_, _) =>
        {
            entered.TrySetResult();
            return never.Task;
        };
        var term = world.Grant();
        await entered.Task.WaitAsync(Limit);

        world.Leases.Lose(term);
        await world.Time.WaitForTimerAsync(world.Options.CancellationGrace);
        world.Time.Advance(world.Options.CancellationGrace);
        await world.Reports.WaitForAsync($"CancellationIgnored {Shard} a");
        world.Script.Process = (_, _) => Task.CompletedTask;
        world.Grant();

        await world.AdvanceUntilAsync(world.Log.WaitForAsync($"{Shard} a"), world.Options.CancellationGrace);
        never.SetResult();
    }

    [Fact]
    public async Task Process_TakesTooLong_IsReportedWithItsRecordEachTime()
    {
        await using var world = await StartAsync("slow");
        var go = new TaskCompletionSource();
        world.Script.Process = (_, _) => go.Task;
        world.Grant();

        for (var times = 1; times <= 2; times++)
        {
            await world.Time.WaitForTimerAsync(world.Options.ProcessorLimit);
            world.Time.Advance(world.Options.ProcessorLimit);
            await world.Reports.WaitForAsync($"ProcessorHangs {Shard} slow", times);
        }
        go.SetResult();

        await world.Log.WaitForAsync($"{Shard} slow");
    }

    [Fact]
    public async Task Process_BlocksItsThread_DoesNotKeepTheLeaseFromBeingLost()
    {
        await using var world = await StartAsync("a");
        using var entered = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        world.Script.Process = (_, _) =>
        {
            entered.Set();
            go.Wait(Limit, CancellationToken.None);
            return Task.CompletedTask;
        };
        var term = world.Grant();
        entered.Wait(Limit, CancellationToken.None).ShouldBeTrue();

        world.Leases.Lose(term);

        world.Worker.Shards.ShouldHaveSingleItem();
        go.Set();
        await world.Log.WaitForAsync($"{Shard} disposed");
    }

    [Fact]
    public async Task Process_PoisonWithSkip_IsLeftOutHandedOnAndReported()
    {
        await using var world = new ConsumerWorld();
        var letters = new List<string>();
        world.Options.Poison.Action = PoisonAction.Skip;
        world.Options.Poison.MaxAttempts = 2;
        world.Options.Poison.OnSkip = (poison, _) =>
        {
            letters.Add($"{RecordingProcessor.TextOf(poison.Record)}: {poison.Failure.Message}");
            return default;
        };
        world.Script.Process = (batch, _) => batch.Records.Any(record => RecordingProcessor.TextOf(record) == "bad")
            ? throw new FormatException("not a number")
            : Task.CompletedTask;
        await world.StartAsync();
        world.Put("a");
        world.Put("bad");
        world.Put("c");
        world.Grant();

        await world.PassBackoffsAsync(1);
        await world.PassBackoffsAsync(1);

        await world.Log.WaitForAsync($"{Shard} c");
        world.Processed(Shard).ShouldBe(["initialize", "a", "c"]);
        letters.ShouldBe(["bad: not a number"]);
        world.Reports.Events.ShouldBe([$"RecordSkipped {Shard} bad"]);
    }

    [Fact]
    public async Task Process_PoisonWithStop_StopsTheShardOnlyAndCheckpointsBeforeIt()
    {
        await using var world = new ConsumerWorld(shards: 2);
        world.Options.Poison.Action = PoisonAction.StopShard;
        world.Options.Poison.MaxAttempts = 1;
        world.Script.Process = (batch, _) =>
            batch.Records.FirstOrDefault(record => RecordingProcessor.TextOf(record) == "bad") is { } bad
                ? throw new RecordFailedException(bad, "no")
                : Task.CompletedTask;
        await world.StartAsync();
        var good = world.Put("a");
        world.Put("bad");
        var other = FakeKinesisClient.Id(1);
        world.Kinesis.Put(ConsumerWorld.Stream, other, "fine");
        var term = world.Grant();
        world.Leases.Grant(ConsumerWorld.Stream, other);

        await world.Reports.WaitForAsync($"ShardStopped {Shard} bad");
        await world.Log.WaitForAsync($"{other} fine");
        world.Worker.Shards.Single(shard => shard.Shard == Shard).Phase.ShouldBe(ShardPhase.Stopped);
        await world.Leases.YieldAsync(term);

        world.Leases.Lease(Shard).Checkpoint.ShouldBe(new Checkpoint(good.SequenceNumber));
    }

    [Fact]
    public async Task Process_CheckpointNotStored_ComesAgainAndIsNoPoison()
    {
        await using var world = new ConsumerWorld();
        world.Options.Poison.Action = PoisonAction.Skip;
        world.Options.Poison.MaxAttempts = 1;
        world.Script.Checkpoints = true;
        await world.StartAsync();
        world.Put("a");
        world.Leases.FailNext(new LeaseStoreException("busy"), new LeaseStoreException("busy"));
        world.Grant();

        await world.PassBackoffsAsync(2);

        await world.Leases.Writes.WaitForAsync($"checkpoint {Shard}");
        world.Processed(Shard).ShouldBe(["initialize", "a", "a", "a"]);
        world.Reports.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task Process_FailureOfAProcessor_MakesOneForTheNextTry()
    {
        await using var world = new ConsumerWorld();
        var times = 0;
        world.Script.Initialize = (_, _) =>
            times++ == 0 ? throw new TimeoutException("no database") : Task.CompletedTask;
        await world.StartAsync();
        world.Put("a");
        world.Grant();

        await world.PassBackoffsAsync(1);

        await world.Log.WaitForAsync($"{Shard} a");
        world.Processed(Shard).ShouldBe(["initialize", "disposed", "initialize", "a"]);
        world.Reports.Events.ShouldBe([$"ProcessorFailed {Shard}"]);
    }

    [Fact]
    public async Task AutoCheckpoint_EveryBatch_NeedsNothingFromTheProcessor()
    {
        await using var world = new ConsumerWorld();
        world.Options.AutoCheckpoint = TimeSpan.Zero;
        await world.StartAsync();
        world.Put("a");
        world.Grant();

        await world.Leases.Writes.WaitForAsync($"checkpoint {Shard}");
    }

    [Fact]
    public async Task Read_IteratorExpired_GoesOnBehindTheLastRecord()
    {
        await using var world = await StartAsync("a");
        world.Grant();
        await world.Log.WaitForAsync($"{Shard} a");
        world.Put("b");
        world.Kinesis.ExpireIterators();

        await world.PassIdleTimeAsync();

        await world.Log.WaitForAsync($"{Shard} b");
        world.Processed(Shard).ShouldBe(["initialize", "a", "b"]);
        world.Kinesis.Calls.Events.ShouldContain($"iterator {Shard} AFTER_SEQUENCE_NUMBER");
    }

    [Fact]
    public async Task Read_FailsManyTimes_IsTriedOnAndReportedOnce()
    {
        await using var world = await StartAsync("a");
        world.Kinesis.FailNext([.. Enumerable.Range(0, 6).Select(_ =>
            new ThroughputExceededException("slow down", "ProvisionedThroughputExceededException"))]);
        world.Grant();

        foreach (var pause in new[] { 100, 200, 400, 800, 1600, 3200 })
        {
            await world.Time.WaitForTimerAsync(TimeSpan.FromMilliseconds(pause));
            world.Time.Advance(TimeSpan.FromMilliseconds(pause));
        }

        await world.Log.WaitForAsync($"{Shard} a");
        world.Reports.Events.ShouldBe([$"ReadFailing {Shard}"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_EndOfAClosedShard_EndsItAndNamesItsChildrenIfItKnowsThem(bool named)
    {
        await using var world = await StartAsync("a");
        world.Kinesis.NamesChildren = named;
        var (low, high) = world.Kinesis.Split(ConsumerWorld.Stream, Shard);
        world.Grant();

        await world.Log.WaitForAsync($"{Shard} disposed");

        world.Processed(Shard).ShouldBe(["initialize", "a", "ended", "disposed"]);
        world.Leases.Writes.Events.ShouldBe([$"finish {Shard} -> {(named ? $"{low},{high}" : "")}"]);
    }

    [Fact]
    public async Task ShardEnded_Throws_IsCalledAgainBeforeTheLeaseIsFinished()
    {
        await using var world = await StartAsync();
        var times = 0;
        world.Script.ShardEnded = () => times++ == 0 ? throw new TimeoutException() : Task.CompletedTask;
        world.Kinesis.Split(ConsumerWorld.Stream, Shard);
        world.Grant();

        await world.PassBackoffsAsync(1);

        await world.Log.WaitForAsync($"{Shard} disposed");
        world.Processed(Shard).ShouldBe(["initialize", "ended", "ended", "disposed"]);
    }

    [Fact]
    public async Task Finish_StoreDoesNotAnswer_IsTriedAgain()
    {
        await using var world = await StartAsync();
        world.Leases.FailNext(new LeaseStoreException("busy"));
        world.Kinesis.Split(ConsumerWorld.Stream, Shard);
        world.Grant();

        await world.PassBackoffsAsync(1);

        await world.Log.WaitForAsync($"{Shard} disposed");
        world.Processed(Shard).ShouldBe(["initialize", "ended", "disposed"]);
        world.Leases.Lease(Shard).IsFinished.ShouldBeTrue();
    }

    [Fact]
    public async Task Read_StreamDeleted_IsReportedAndGoesOnWhenItIsBack()
    {
        await using var world = await StartAsync();
        world.Grant();
        await world.Time.WaitForTimerAsync(world.Options.IdleTime);
        world.Kinesis.Delete(ConsumerWorld.Stream);
        world.Time.Advance(world.Options.IdleTime);
        await world.Reports.WaitForAsync($"StreamMissing {Shard}");

        world.Kinesis.Create(ConsumerWorld.Stream, 1);
        world.Put("new");
        await world.Time.WaitForTimerAsync(TimeSpan.FromSeconds(30));
        world.Time.Advance(TimeSpan.FromSeconds(30));

        await world.Log.WaitForAsync($"{Shard} new");
    }

    [Fact]
    public async Task Read_ShardBeyondItsRetention_EndsIt()
    {
        await using var world = await StartAsync();
        world.Grant();
        await world.Time.WaitForTimerAsync(world.Options.IdleTime);

        world.Kinesis.Expire(ConsumerWorld.Stream, Shard);
        world.Time.Advance(world.Options.IdleTime);

        await world.Leases.Writes.WaitForAsync($"finish {Shard} -> ");
        world.Reports.Events.ShouldBe([$"ShardMissing {Shard}"]);
    }

    [Fact]
    public async Task Stop_AllShards_AreHandedOverWithCheckpoints()
    {
        await using var world = new ConsumerWorld(shards: 3);
        await world.StartAsync();
        for (var index = 0; index < 3; index++)
        {
            world.Kinesis.Put(ConsumerWorld.Stream, FakeKinesisClient.Id(index), $"record {index}");
            world.Leases.Grant(ConsumerWorld.Stream, FakeKinesisClient.Id(index));
            await world.Log.WaitForAsync($"{FakeKinesisClient.Id(index)} record {index}");
        }

        await world.Worker.StopAsync(default);

        world.Leases.Writes.Events.Count(write => write.StartsWith("checkpoint", StringComparison.Ordinal)).ShouldBe(3);
        world.Worker.Shards.ShouldBeEmpty();
    }

    [Fact]
    public async Task Split_WithParentsFirst_KeepsTheOrderOfEveryKey()
    {
        await using var world = await StartAsync("a1", "a2");
        world.Leases.GrantsChildren = true;
        var (low, high) = world.Kinesis.Split(ConsumerWorld.Stream, Shard);
        world.Kinesis.Put(ConsumerWorld.Stream, low, "a3");
        world.Kinesis.Put(ConsumerWorld.Stream, high, "b1");
        world.Grant();

        await world.Log.WaitForAsync($"{low} a3");
        await world.Log.WaitForAsync($"{high} b1");

        var events = world.Log.Events.ToList();
        events.IndexOf($"{Shard} a2").ShouldBeLessThan(events.IndexOf($"{low} a3"));
        events.IndexOf($"{Shard} ended").ShouldBeLessThan(events.IndexOf($"{low} initialize"));
    }

    /// <summary>30 shards full of large records, every processor stalled: what was given to the worker and not
    /// processed stays under the limit, and the one processor that works gets all of its records.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("pushed")]
    public async Task Process_AllButOneStalled_HoldsTheBudgetAndTheOtherGoesOn(string? fanOut)
    {
        const int shards = 30;
        const int each = 40;
        await using var world = new ConsumerWorld(shards);
        world.Options.FanOutConsumer = fanOut;
        var working = FakeKinesisClient.Id(shards - 1);
        var stall = new TaskCompletionSource();
        world.Script.Process = (batch, _) => batch.Shard == working ? Task.CompletedTask : stall.Task;
        await world.StartAsync();
        var data = new byte[200_000];
        for (var shard = 0; shard < shards; shard++)
        {
            for (var record = 0; record < each; record++)
                world.Kinesis.Put(ConsumerWorld.Stream, FakeKinesisClient.Id(shard), data, $"{record}");
        }
        for (var shard = 0; shard < shards; shard++)
            world.Leases.Grant(ConsumerWorld.Stream, FakeKinesisClient.Id(shard));

        await world.Log.WaitForAsync(
            events => events.Count(entry => entry.StartsWith(working, StringComparison.Ordinal)) == each + 1,
            "every record of the working shard");

        world.Worker.HeldBytes.ShouldBeLessThanOrEqualTo(world.Options.MaxBufferedBytes);
        (world.Kinesis.ServedBytes - (each * data.Length)).ShouldBeLessThanOrEqualTo(world.Options.MaxBufferedBytes);
        stall.SetResult();
    }

    /// <summary>30 shards of small records at the default limit of bytes: as many answers are on their way at
    /// once as there may be.</summary>
    [Fact]
    public async Task Read_ThirtyShardsOfSmallRecords_HaveReadsUnderWayAtOnce()
    {
        const int shards = 30;
        await using var world = new ConsumerWorld(shards);
        world.Options.MaxReadsAtOnce = shards;
        var all = new TaskCompletionSource();
        var underWay = 0;
        world.Kinesis.BeforeAnswer = () =>
        {
            if (Interlocked.Increment(ref underWay) == shards)
                all.SetResult();
            return all.Task;
        };
        await world.StartAsync();
        for (var shard = 0; shard < shards; shard++)
            world.Leases.Grant(ConsumerWorld.Stream, FakeKinesisClient.Id(shard));

        await all.Task.WaitAsync(Limit);
    }

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static async Task<ConsumerWorld> StartAsync(params string[] records)
    {
        var world = new ConsumerWorld();
        await world.StartAsync();
        foreach (var record in records)
            world.Put(record);
        return world;
    }
}
