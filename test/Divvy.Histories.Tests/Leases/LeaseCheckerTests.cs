using Divvy.Histories.KeyValue;
using Divvy.Histories.Leases;

namespace Divvy.Histories.Tests.Leases;

/// <summary>A lease of ten seconds, granted between 0 and 1 s.</summary>
public sealed class LeaseCheckerTests
{
    private const long Lease = 7;

    private readonly LeaseChecker checker = new();
    private readonly EventLog log = new();

    public LeaseCheckerTests()
    {
        checker.ObserveGranted(Lease, Seconds(10), Seconds(0), Seconds(1));
        log.Append(2, [StoreEvent.Put(new KeyRecord("a", "1", 2, 2, 1, Lease)), StoreEvent.Put(new KeyRecord("b", "1", 2, 2, 1, Lease))]);
    }

    [Fact]
    public void Verdict_EndsInTimeWithAllItsKeys_IsEmpty()
    {
        checker.ObserveRenewed(Lease, Seconds(5), Seconds(6));
        checker.ObserveAlive(Lease, Seconds(15));
        log.Append(3, [StoreEvent.Delete("a", 3), StoreEvent.Delete("b", 3)]);
        checker.ObserveEnded(Lease, 3, Seconds(15));
        Verdict().ShouldBeEmpty();
    }

    [Fact]
    public void Verdict_EndsBeforeItsTime_BreaksVanished()
    {
        checker.ObserveRenewed(Lease, Seconds(5), Seconds(6));
        checker.ObserveEnded(Lease, 0, Seconds(14.9));
        Broken().ShouldBe("lease.vanished");
    }

    [Fact]
    public void Verdict_EndsBeforeItsTimeByAFastClock_IsAllowed()
    {
        var drifting = new LeaseChecker(clockDrift: 0.02);
        drifting.ObserveGranted(Lease, Seconds(10), Seconds(0), Seconds(1));
        drifting.ObserveEnded(Lease, 0, Seconds(9.9));
        drifting.Verdict(null, Seconds(1)).ShouldBeEmpty();
    }

    [Fact]
    public void Verdict_RenewedAfterItsEnd_BreaksVanished()
    {
        checker.ObserveEnded(Lease, 0, Seconds(11));
        checker.ObserveRenewed(Lease, Seconds(12), Seconds(13));
        Broken().ShouldBe("lease.vanished");
    }

    [Fact]
    public void Verdict_Revoked_MayEndAtOnce()
    {
        checker.ObserveRevoke(Lease, Seconds(2));
        checker.ObserveEnded(Lease, 0, Seconds(2.5));
        Verdict().ShouldBeEmpty();
    }

    [Fact]
    public void Verdict_RevokedOnlyAfterItsEnd_BreaksVanished()
    {
        checker.ObserveEnded(Lease, 0, Seconds(2.5));
        checker.ObserveRevoke(Lease, Seconds(3));
        Broken().ShouldBe("lease.vanished");
    }

    [Fact]
    public void Verdict_KeyLeftBehind_BreaksPartial()
    {
        log.Append(3, [StoreEvent.Delete("a", 3)]);
        checker.ObserveEnded(Lease, 3, Seconds(11));
        Broken().ShouldBe("lease.partial");
    }

    [Fact]
    public void Verdict_KeyPutOnAnEndedLease_BreaksPartial()
    {
        log.Append(3, [StoreEvent.Delete("a", 3), StoreEvent.Delete("b", 3)]);
        log.Append(4, [StoreEvent.Put(new KeyRecord("c", "1", 4, 4, 1, Lease))]);
        checker.ObserveEnded(Lease, 3, Seconds(11));
        Broken().ShouldBe("lease.partial");
    }

    [Fact]
    public void Verdict_LivesOnUnrenewed_BreaksOverstayed()
    {
        checker.ObserveAlive(Lease, Seconds(12.1));
        Broken().ShouldBe("lease.overstayed");
    }

    [Fact]
    public void Verdict_LivesOnAfterALostRenewal_CountsFromThere()
    {
        checker.ObserveRenewalLost(Lease, Seconds(5));
        checker.ObserveAlive(Lease, Seconds(15.9));
        Verdict().ShouldBeEmpty();
    }

    [Fact]
    public void Verdict_LivesOnWhileNothingIsHealed_CountsFromTheHealing()
    {
        checker.ObserveHealed(Seconds(20));
        checker.ObserveAlive(Lease, Seconds(30.9));
        Verdict().ShouldBeEmpty();
        checker.ObserveAlive(Lease, Seconds(31.1));
        Broken().ShouldBe("lease.overstayed");
    }

    private IReadOnlyList<Violation> Verdict() => checker.Verdict(log, bound: Seconds(1));

    private string Broken() => Verdict().ShouldHaveSingleItem().Checker;

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
