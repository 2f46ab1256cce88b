using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Hashing;
using static Divvy.Consensus.Tests.Mvcc.Driver;

namespace Divvy.Consensus.Tests.Mvcc.Hashing;

public sealed class HashCursorTests
{
    [Fact]
    public void StateHash_CheckString_IsCrc32C()
    {
        var hash = new StateHash();
        hash.AddRaw("123456789"u8);

        hash.Value.ShouldBe(0xE3069283);
    }

    [Fact]
    public void BeginHash_KnownState_GivesTheSameNumberInEveryVersion()
    {
        var store = Fill(new Driver()).Store;

        // Members of different versions compare these: a new algorithm needs a way to tell them apart.
        $"{Finish(store.BeginHashKv(0)):x8} {Finish(store.BeginHash()):x8}".ShouldBe("2d7ea0bc 7a4d4eba");
    }

    [Fact]
    public void BeginHashKv_PhysicalCompactionBehind_GivesTheSame()
    {
        var slow = Fill(new Driver());
        var fast = Fill(new Driver());
        slow.Apply(new CompactCommand(6));
        fast.Compact(6);

        slow.Store.Statistics().Records.ShouldBeGreaterThan(fast.Store.Statistics().Records);
        foreach (var revision in new[] { 0L, 7, 8 })
        {
            var expected = Finish(slow.Store.BeginHashKv(revision));
            Finish(fast.Store.BeginHashKv(revision)).ShouldBe(expected);
        }
        Finish(fast.Store.BeginHash()).ShouldBe(Finish(slow.Store.BeginHash()));
    }

    [Fact]
    public void BeginHashKv_PastRevision_GivesWhatItGaveThen()
    {
        var driver = Fill(new Driver());
        var then = Finish(driver.Store.BeginHashKv(0));
        var revision = driver.Store.Revision;
        driver.Put("new", "1");
        driver.Delete("a");

        Finish(driver.Store.BeginHashKv(revision)).ShouldBe(then);
        Finish(driver.Store.BeginHashKv(0)).ShouldNotBe(then);
    }

    [Fact]
    public void BeginHashKv_RevisionOutOfReach_IsRefusedAsEtcdDoes()
    {
        var driver = Fill(new Driver());
        driver.Compact(5);

        driver.Store.BeginHashKv(5).Outcome.ShouldBe(MvccOutcome.Compacted, "etcd: not even the revision itself");
        driver.Store.BeginHashKv(6).Outcome.ShouldBe(MvccOutcome.Ok);
        var future = driver.Store.BeginHashKv(driver.Store.Revision + 1);
        future.Outcome.ShouldBe(MvccOutcome.FutureRevision);
        future.Step(1).ShouldBeFalse();
    }

    [Fact]
    public void BeginHashKv_Finished_HoldsNoCompactionBack()
    {
        var driver = Fill(new Driver());
        var hash = driver.Store.BeginHashKv(0);
        driver.Store.Statistics().Pins.ShouldBe(1);
        Finish(hash);
        driver.Store.Statistics().Pins.ShouldBe(0);

        driver.Store.BeginHashKv(0).Release();
        driver.Store.Statistics().Pins.ShouldBe(0);
    }

    [Theory]
    [InlineData("value")]
    [InlineData("key")]
    [InlineData("lease of the key")]
    [InlineData("version")]
    [InlineData("deletion")]
    [InlineData("place in the revision")]
    public void BeginHashKv_OneDifference_Shows(string what)
    {
        var driver = new Driver();
        driver.Apply(new LeaseGrantCommand(1, 60));
        driver.Put("a", "1");
        driver.Put(what == "key" ? "aa" : "a", what == "value" ? "2" : "1", what == "lease of the key" ? 1 : 0);
        if (what == "version")
            driver.Delete("a");
        driver.Put("a", "1");
        if (what == "deletion")
            driver.Delete("a");
        PutOperation[] two = [new(Bytes("x"), Bytes("1")), new(Bytes("y"), Bytes("1"))];
        driver.Apply(new TxnOperation([], what == "place in the revision" ? [two[1], two[0]] : two, []));

        var plain = new Driver();
        plain.Apply(new LeaseGrantCommand(1, 60));
        for (var put = 0; put < 3; put++)
            plain.Put("a", "1");
        plain.Apply(new TxnOperation([], two, []));
        Finish(driver.Store.BeginHashKv(0)).ShouldNotBe(Finish(plain.Store.BeginHashKv(0)));
    }

    [Theory]
    [InlineData(2, 60, 0)]
    [InlineData(1, 61, 0)]
    [InlineData(1, 60, 5)]
    public void BeginHash_LeaseDiffers_Shows(long id, long ttl, long checkpoint)
    {
        var (left, right) = (new Driver(), new Driver());
        left.Apply(new LeaseGrantCommand(1, 60));
        right.Apply(new LeaseGrantCommand(id, ttl));
        right.Apply(new LeaseCheckpointCommand(id, checkpoint));

        Finish(right.Store.BeginHashKv(0)).ShouldBe(Finish(left.Store.BeginHashKv(0)));
        Finish(right.Store.BeginHash()).ShouldNotBe(Finish(left.Store.BeginHash()));
    }

    private static Driver Fill(Driver driver)
    {
        driver.Apply(new LeaseGrantCommand(7, 60));
        driver.Put("a", "1");
        driver.Put("b", "2", lease: 7);
        driver.Put("a", "3");
        driver.Delete("b");
        driver.Put("c", "");
        driver.Put("b", "4");
        driver.Delete("a");
        return driver;
    }
}
