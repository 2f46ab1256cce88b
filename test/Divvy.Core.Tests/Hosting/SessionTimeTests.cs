using Divvy.Core.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Core.Tests.Hosting;

/// <summary>R18, R19: how long a session is believed, and what happens when its time is over.</summary>
public sealed class SessionTimeTests
{
    private readonly HostDriver _host = new();

    [Fact]
    public void Acks_OfUnknownNumbersOtherSessionsOrNoGrant_CountForNothing()
    {
        var deadline = _host.Machine.DeadlineMs;
        _host.NowMs += 1_000;
        var number = _host.Machine.HeartbeatSent(_host.NowMs);
        _host.Machine.HeartbeatAcked(new SessionId(77), number, HostDriver.TtlMs, _host.NowMs).ShouldBeFalse();
        _host.Machine.HeartbeatAcked(_host.Session, number + 1, HostDriver.TtlMs, _host.NowMs).ShouldBeFalse();
        _host.Machine.HeartbeatAcked(_host.Session, number, 0, _host.NowMs).ShouldBeFalse();
        _host.Machine.DeadlineMs.ShouldBe(deadline);
        _host.Machine.HeartbeatAcked(_host.Session, number, HostDriver.TtlMs, _host.NowMs).ShouldBeTrue();
        _host.Machine.DeadlineMs.ShouldBe(deadline + 1_000);
        _host.Machine.HeartbeatAcked(_host.Session, number, HostDriver.TtlMs, _host.NowMs).ShouldBeFalse("it came twice");
    }

    [Fact]
    public void Acks_OutOfOrder_NeverMoveTheDeadlineBack()
    {
        var first = _host.Machine.HeartbeatSent(_host.NowMs);
        var second = _host.Machine.HeartbeatSent(_host.NowMs + 2_000);
        _host.NowMs += 3_000;
        _host.Machine.HeartbeatAcked(_host.Session, second, HostDriver.TtlMs, _host.NowMs);
        var deadline = _host.Machine.DeadlineMs;
        _host.Machine.HeartbeatAcked(_host.Session, first, HostDriver.TtlMs, _host.NowMs);
        _host.Machine.DeadlineMs.ShouldBe(deadline);
    }

    [Fact]
    public void Acks_OfTheFormerSession_AreNotCreditedToTheNew()
    {
        var former = _host.Session;
        var number = _host.Machine.HeartbeatSent(_host.NowMs);
        _host.NewSession();
        _host.Machine.HeartbeatAcked(former, number, HostDriver.TtlMs, _host.NowMs).ShouldBeFalse();
        _host.Machine.HeartbeatAcked(_host.Session, number, HostDriver.TtlMs, _host.NowMs).ShouldBeFalse();
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
        var deadline = _host.Machine.DeadlineMs;
        var inside = _host.Enter();
        _host.LoseTime();
        _host.Journal[^1].ShouldBe(new JournalEntry(deadline, HostDriver.Shard, new Generation(3), JournalEvent.LeaseLost));
        _host.EndedTenures.ShouldBe([inside.Tenure]);
        inside.MayRelease(deadline - 1).ShouldBeFalse("it was given up, whatever the clock says");
        _host.Ask().Kind.ShouldBe(AdmitKind.Fenced);
        _host.Running.ShouldBeEmpty("somebody is inside");
        _host.Leave(inside);
        _host.FinishNext(HandlerKind.Drop);
    }

    [Fact]
    public void DeadlinePassed_StuckRequest_DelaysTheDropOnlySoLong()
    {
        Activate();
        _host.Enter();
        _host.LoseTime();
        _host.NowMs += _host.Options.DropGraceMs;
        _host.Machine.Tick(_host.NowMs);
        _host.Take();
        _host.FinishNext(HandlerKind.Drop);
    }

    [Fact]
    public void DeadlinePassed_TheGateIsShutBeforeAnybodyNotices()
    {
        Activate();
        _host.NowMs = _host.Machine.DeadlineMs;
        _host.IsServing().ShouldBeFalse();
    }

    [Fact]
    public void LateHeartbeatAck_BeforeTheLapseIsNoticed_LosesNothing()
    {
        Activate();
        _host.NowMs = _host.Machine.DeadlineMs - 1;
        var number = _host.Machine.HeartbeatSent(_host.NowMs);
        _host.NowMs += 500;
        _host.Machine.HeartbeatAcked(_host.Session, number, HostDriver.TtlMs, _host.NowMs);
        _host.Take();
        _host.IsServing().ShouldBeTrue();
        _host.Events.ShouldNotContain(JournalEvent.LeaseLost);
    }

    [Fact]
    public void EndSession_ZeroesTheDeadlineAtOnceAndIsEmptyWhenHandlersEnded()
    {
        Activate();
        _host.Machine.EndSession(_host.NowMs);
        _host.Take();
        _host.Machine.DeadlineMs.ShouldBe(long.MinValue);
        _host.IsServing().ShouldBeFalse();
        _host.Machine.IsEmpty.ShouldBeFalse();
        _host.FinishNext(HandlerKind.Drop);
        _host.Machine.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void SessionEnded_ByTheServer_OnlyForTheCurrentSession()
    {
        Activate();
        _host.Machine.SessionEnded(new SessionId(77), _host.NowMs);
        _host.IsServing().ShouldBeTrue();
        _host.Machine.SessionEnded(_host.Session, _host.NowMs);
        _host.IsServing().ShouldBeFalse();
    }

    private void Activate()
    {
        _host.Give(ShardRole.Active, 5);
        _host.FinishNext(HandlerKind.PrepareAdd);
        _host.FinishNext(HandlerKind.Add);
    }
}
