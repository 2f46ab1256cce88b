using Divvy.Core.Hosting;

namespace Divvy.Core.Tests.Hosting;

/// <summary>What becomes of requests at one instance; between instances see the counterexamples.</summary>
public sealed class RequestTests
{
    private readonly HostDriver _host = new(new HostMachineOptions { MaxWaitingPerShard = 2, MaxWaiting = 3 });

    [Fact]
    public void Activating_QueuesUpToTheLimitAndServesInOrder()
    {
        _host.Give(ShardRole.Active, 5);
        var first = _host.Ask();
        var second = _host.Ask();
        _host.Ask().Kind.ShouldBe(AdmitKind.Overloaded);
        _host.FinishNext(HandlerKind.PrepareAdd);
        _host.FinishNext(HandlerKind.Add);
        _host.Released.Select(released => (released.Ticket, released.Result.Kind))
            .ShouldBe([(first.Ticket, AdmitKind.Serve), (second.Ticket, AdmitKind.Serve)]);
        _host.Machine.FindGate(HostDriver.Shard)!.InFlight.ShouldBe(2);
    }

    [Fact]
    public void Waiting_CallerGone_IsForgotten()
    {
        _host.Give(ShardRole.Active, 5);
        _host.Machine.Abandon(_host.Ask().Ticket);
        _host.Machine.WaitingRequests.ShouldBe(0);
        _host.FinishNext(HandlerKind.PrepareAdd);
        _host.FinishNext(HandlerKind.Add);
        _host.Released.ShouldBeEmpty();
    }

    [Fact]
    public void Waiting_LongerThanItMay_IsReleased()
    {
        _host.Give(ShardRole.Active, 5);
        _host.Ask(waitMs: 400);
        _host.Pass(399);
        _host.Released.ShouldBeEmpty();
        _host.Pass(1);
        _host.Released.ShouldHaveSingleItem().Result.Kind.ShouldBe(AdmitKind.Overloaded);
    }

    [Fact]
    public void Waiting_SessionLost_IsReleasedAsFenced()
    {
        _host.Give(ShardRole.Active, 5);
        _host.Ask(waitMs: 100_000);
        _host.LoseTime();
        _host.Released.ShouldHaveSingleItem().Result.Kind.ShouldBe(AdmitKind.Fenced);
    }

    [Fact]
    public void Standby_NeverQueues()
    {
        _host.Give(ShardRole.Standby, 5);
        _host.FinishNext(HandlerKind.PrepareAdd);
        _host.Ask(forwarded: true).Kind.ShouldBe(AdmitKind.Misdirected);
        _host.Ask(revision: 5).Kind.ShouldBe(AdmitKind.Misdirected);
    }

    [Fact]
    public void Preparing_QueuesOnlyFromReadyOn()
    {
        _host.Give(ShardRole.Preparing, 5);
        _host.Ask(forwarded: true).Kind.ShouldBe(AdmitKind.Misdirected);
        _host.FinishNext(HandlerKind.PrepareAdd);
        _host.Ask(forwarded: true).Kind.ShouldBe(AdmitKind.Queue);
        _host.Ask(revision: 5).Kind.ShouldBe(AdmitKind.Misdirected, "a router that knows no more is wrong");
        _host.Ask(revision: 6).Kind.ShouldBe(AdmitKind.Queue);
    }

    [Fact]
    public void Forwarding_AfterTheFlip_EndsByTime()
    {
        Yielded();
        _host.Give(ShardRole.None, 7);
        _host.Ask().ShouldSatisfyAllConditions(
            result => result.Kind.ShouldBe(AdmitKind.Forward),
            result => result.OwnerAddress.ShouldBe("http://other"));
        _host.Pass(_host.Options.ForwardForMs);
        _host.Ask().Kind.ShouldBe(AdmitKind.Misdirected);
    }

    [Fact]
    public void Forwarding_TargetUnreachable_Ends()
    {
        Yielded();
        _host.Give(ShardRole.None, 7);
        _host.Machine.ForwardingFailed(HostDriver.Shard);
        _host.Ask().Kind.ShouldBe(AdmitKind.Misdirected);
    }

    [Fact]
    public void Forwarding_SessionLost_GoesOnRelaying()
    {
        Yielded();
        _host.LoseTime();
        _host.Ask().Kind.ShouldBe(AdmitKind.Forward);
    }

    [Fact]
    public void Gate_TurnedAway_DoesNotStayCounted()
    {
        Yielded(finish: false);
        var gate = _host.Machine.FindGate(HostDriver.Shard)!;
        gate.TryEnter(_host.NowMs, out _).ShouldBeFalse();
        gate.InFlight.ShouldBe(0);
    }

    private void Yielded(bool finish = true)
    {
        _host.Give(ShardRole.Active, 5);
        _host.FinishNext(HandlerKind.PrepareAdd);
        _host.FinishNext(HandlerKind.Add);
        _host.Give(ShardRole.Yielding, 6);
        if (finish)
        {
            _host.FinishNext(HandlerKind.PrepareDrop);
        }
    }
}
