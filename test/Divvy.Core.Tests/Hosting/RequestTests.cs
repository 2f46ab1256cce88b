using Divvy.Core.Hosting;

namespace Divvy.Core.Tests.Hosting;

/// <summary>What becomes of requests at one instance; between instances see the counterexamples.</summary>
public sealed class RequestTests
{
    private readonly HostDriver host = new(new HostMachineOptions { MaxWaitingPerShard = 2, MaxWaiting = 3 });

    [Fact]
    public void Activating_QueuesUpToTheLimitAndServesInOrder()
    {
        host.Give(ShardRole.Active, 5);
        var first = host.Ask();
        var second = host.Ask();
        host.Ask().Kind.ShouldBe(AdmitKind.Overloaded);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.FinishNext(HandlerKind.Add);
        host.Released.Select(released => (released.Ticket, released.Result.Kind))
            .ShouldBe([(first.Ticket, AdmitKind.Serve), (second.Ticket, AdmitKind.Serve)]);
        host.Machine.FindGate(HostDriver.Shard)!.InFlight.ShouldBe(2);
    }

    [Fact]
    public void Waiting_CallerGone_IsForgotten()
    {
        host.Give(ShardRole.Active, 5);
        host.Machine.Abandon(host.Ask().Ticket);
        host.Machine.WaitingRequests.ShouldBe(0);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.FinishNext(HandlerKind.Add);
        host.Released.ShouldBeEmpty();
    }

    [Fact]
    public void Waiting_LongerThanItMay_IsReleased()
    {
        host.Give(ShardRole.Active, 5);
        host.Ask(waitMs: 400);
        host.Pass(399);
        host.Released.ShouldBeEmpty();
        host.Pass(1);
        host.Released.ShouldHaveSingleItem().Result.Kind.ShouldBe(AdmitKind.Overloaded);
    }

    [Fact]
    public void Waiting_SessionLost_IsReleasedAsFenced()
    {
        host.Give(ShardRole.Active, 5);
        host.Ask(waitMs: 100_000);
        host.LoseTime();
        host.Released.ShouldHaveSingleItem().Result.Kind.ShouldBe(AdmitKind.Fenced);
    }

    [Fact]
    public void Standby_NeverQueues()
    {
        host.Give(ShardRole.Standby, 5);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.Ask(forwarded: true).Kind.ShouldBe(AdmitKind.Misdirected);
        host.Ask(revision: 5).Kind.ShouldBe(AdmitKind.Misdirected);
    }

    [Fact]
    public void Preparing_QueuesOnlyFromReadyOn()
    {
        host.Give(ShardRole.Preparing, 5);
        host.Ask(forwarded: true).Kind.ShouldBe(AdmitKind.Misdirected);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.Ask(forwarded: true).Kind.ShouldBe(AdmitKind.Queue);
        host.Ask(revision: 5).Kind.ShouldBe(AdmitKind.Misdirected, "a router that knows no more is wrong");
        host.Ask(revision: 6).Kind.ShouldBe(AdmitKind.Queue);
    }

    [Fact]
    public void Forwarding_AfterTheFlip_EndsByTime()
    {
        Yielded();
        host.Give(ShardRole.None, 7);
        host.Ask().ShouldSatisfyAllConditions(
            result => result.Kind.ShouldBe(AdmitKind.Forward),
            result => result.OwnerAddress.ShouldBe("http://other"));
        host.Pass(host.Options.ForwardForMs);
        host.Ask().Kind.ShouldBe(AdmitKind.Misdirected);
    }

    [Fact]
    public void Forwarding_TargetUnreachable_Ends()
    {
        Yielded();
        host.Give(ShardRole.None, 7);
        host.Machine.ForwardingFailed(HostDriver.Shard);
        host.Ask().Kind.ShouldBe(AdmitKind.Misdirected);
    }

    [Fact]
    public void Forwarding_SessionLost_GoesOnRelaying()
    {
        Yielded();
        host.LoseTime();
        host.Ask().Kind.ShouldBe(AdmitKind.Forward);
    }

    [Fact]
    public void Gate_TurnedAway_DoesNotStayCounted()
    {
        Yielded(finish: false);
        var gate = host.Machine.FindGate(HostDriver.Shard)!;
        gate.TryEnter(host.NowMs, out _).ShouldBeFalse();
        gate.InFlight.ShouldBe(0);
    }

    private void Yielded(bool finish = true)
    {
        host.Give(ShardRole.Active, 5);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.FinishNext(HandlerKind.Add);
        host.Give(ShardRole.Yielding, 6);
        if (finish)
        {
            host.FinishNext(HandlerKind.PrepareDrop);
        }
    }
}
