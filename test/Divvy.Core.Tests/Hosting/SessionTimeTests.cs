using Divvy.Core.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Core.Tests.Hosting;

/// <summary>R18, R19: how long a session is believed, and what happens when its time is over.</summary>
public sealed class SessionTimeTests
{
    private readonly HostDriver host = new();

    [Fact]
    public void Acks_OfUnknownNumbersOtherSessionsOrNoGrant_CountForNothing()
    {
        var deadline = host.Machine.DeadlineMs;
        host.NowMs += 1_000;
        var number = host.Machine.HeartbeatSent(host.NowMs);
        host.Machine.HeartbeatAcked(new SessionId(77), number, HostDriver.TtlMs, host.NowMs).ShouldBeFalse();
        host.Machine.HeartbeatAcked(host.Session, number + 1, HostDriver.TtlMs, host.NowMs).ShouldBeFalse();
        host.Machine.HeartbeatAcked(host.Session, number, 0, host.NowMs).ShouldBeFalse();
        host.Machine.DeadlineMs.ShouldBe(deadline);
        host.Machine.HeartbeatAcked(host.Session, number, HostDriver.TtlMs, host.NowMs).ShouldBeTrue();
        host.Machine.DeadlineMs.ShouldBe(deadline + 1_000);
        host.Machine.HeartbeatAcked(host.Session, number, HostDriver.TtlMs, host.NowMs).ShouldBeFalse("it came twice");
    }

    [Fact]
    public void Acks_OutOfOrder_NeverMoveTheDeadlineBack()
    {
        var first = host.Machine.HeartbeatSent(host.NowMs);
        var second = host.Machine.HeartbeatSent(host.NowMs + 2_000);
        host.NowMs += 3_000;
        host.Machine.HeartbeatAcked(host.Session, second, HostDriver.TtlMs, host.NowMs);
        var deadline = host.Machine.DeadlineMs;
        host.Machine.HeartbeatAcked(host.Session, first, HostDriver.TtlMs, host.NowMs);
        host.Machine.DeadlineMs.ShouldBe(deadline);
    }

    [Fact]
    public void Acks_OfTheFormerSession_AreNotCreditedToTheNew()
    {
        var former = host.Session;
        var number = host.Machine.HeartbeatSent(host.NowMs);
        host.NewSession();
        host.Machine.HeartbeatAcked(former, number, HostDriver.TtlMs, host.NowMs).ShouldBeFalse();
        host.Machine.HeartbeatAcked(host.Session, number, HostDriver.TtlMs, host.NowMs).ShouldBeFalse();
    }

    [Theory]
    [InlineData(10_000, 1_000)]
    [InlineData(300, 50)]
    public void Margin_IsATenthButAtLeastTheMinimum(long ttlMs, long expected) =>
        new HostMachineOptions().MarginMs(ttlMs).ShouldBe(expected);

    [Fact]
    public void Validate_MarginBelowTheDrift_IsRefused()
    {
        var options = new HostMachineOptions { MarginFraction = 0.001, DriftRateSum = 0.01 };
        options.Validate().ShouldHaveSingleItem().ShouldContain("MarginFraction");
        Should.Throw<ArgumentException>(() => new HostMachine(options));
    }

    [Fact]
    public void DeadlinePassed_EverythingIsDroppedAndTheJournalNamesTheDeadline()
    {
        Activate();
        var deadline = host.Machine.DeadlineMs;
        var inside = host.Enter();
        host.LoseTime();
        host.Journal[^1].ShouldBe(new JournalEntry(deadline, HostDriver.Shard, new Generation(3), JournalEvent.LeaseLost));
        host.EndedTenures.ShouldBe([inside.Tenure]);
        inside.MayRelease(deadline - 1).ShouldBeFalse("it was given up, whatever the clock says");
        host.Ask().Kind.ShouldBe(AdmitKind.Fenced);
        host.Running.ShouldBeEmpty("somebody is inside");
        host.Leave(inside);
        host.FinishNext(HandlerKind.Drop);
    }

    [Fact]
    public void DeadlinePassed_StuckRequest_DelaysTheDropOnlySoLong()
    {
        Activate();
        host.Enter();
        host.LoseTime();
        host.NowMs += host.Options.DropGraceMs;
        host.Machine.Tick(host.NowMs);
        host.Take();
        host.FinishNext(HandlerKind.Drop);
    }

    [Fact]
    public void DeadlinePassed_TheGateIsShutBeforeAnybodyNotices()
    {
        Activate();
        host.NowMs = host.Machine.DeadlineMs;
        host.IsServing().ShouldBeFalse();
    }

    [Fact]
    public void LateHeartbeatAck_BeforeTheLapseIsNoticed_LosesNothing()
    {
        Activate();
        host.NowMs = host.Machine.DeadlineMs - 1;
        var number = host.Machine.HeartbeatSent(host.NowMs);
        host.NowMs += 500;
        host.Machine.HeartbeatAcked(host.Session, number, HostDriver.TtlMs, host.NowMs);
        host.Take();
        host.IsServing().ShouldBeTrue();
        host.Events.ShouldNotContain(JournalEvent.LeaseLost);
    }

    [Fact]
    public void EndSession_ZeroesTheDeadlineAtOnceAndIsEmptyWhenHandlersEnded()
    {
        Activate();
        host.Machine.EndSession(host.NowMs);
        host.Take();
        host.Machine.DeadlineMs.ShouldBe(long.MinValue);
        host.IsServing().ShouldBeFalse();
        host.Machine.IsEmpty.ShouldBeFalse();
        host.FinishNext(HandlerKind.Drop);
        host.Machine.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void SessionEnded_ByTheServer_OnlyForTheCurrentSession()
    {
        Activate();
        host.Machine.SessionEnded(new SessionId(77), host.NowMs);
        host.IsServing().ShouldBeTrue();
        host.Machine.SessionEnded(host.Session, host.NowMs);
        host.IsServing().ShouldBeFalse();
    }

    private void Activate()
    {
        host.Give(ShardRole.Active, 5);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.FinishNext(HandlerKind.Add);
    }
}
