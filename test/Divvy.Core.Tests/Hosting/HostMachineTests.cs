using Divvy.Core.Assignment;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Core.Tests.Hosting;

/// <summary>Roles and handler calls: what is called when, what is acknowledged, what happens when handlers misbehave.</summary>
public sealed class HostMachineTests
{
    private readonly HostDriver _host = new();

    [Fact]
    public void Active_Cold_RunsPrepareAddThenAddAndServes()
    {
        _host.Give(ShardRole.Active, 5);
        _host.FinishNext(HandlerKind.PrepareAdd);
        _host.IsServing().ShouldBeFalse();
        _host.FinishNext(HandlerKind.Add);
        _host.IsServing().ShouldBeTrue();
        _host.Acks[^1].ShouldBe(new HostAck(_host.Session, HostDriver.Shard, new Revision(5), AckKind.Active, false, ""));
        _host.Events.ShouldBe([JournalEvent.Prepared, JournalEvent.Activated]);
    }

    [Theory]
    [InlineData(ShardRole.Standby)]
    [InlineData(ShardRole.Prepared)]
    public void Active_AfterBeingPrepared_RunsAddAlone(ShardRole warm)
    {
        _host.Give(warm, 5);
        _host.FinishNext(HandlerKind.PrepareAdd);
        _host.Give(ShardRole.Active, 6, handedOverAt: 5);
        _host.Running.ShouldHaveSingleItem().HandedOverAt.ShouldBe(new Revision(5));
        _host.FinishNext(HandlerKind.Add);
        _host.IsServing().ShouldBeTrue();
    }

    [Fact]
    public void Preparing_Rewritten_IsAcknowledgedAnewWithoutPreparingAgain()
    {
        _host.Give(ShardRole.Preparing, 5);
        _host.FinishNext(HandlerKind.PrepareAdd);
        _host.Give(ShardRole.Preparing, 6);
        _host.Running.ShouldBeEmpty();
        _host.Acks.Select(ack => (ack.Kind, ack.Revision.Value)).ShouldBe([(AckKind.Ready, 5), (AckKind.Ready, 6)]);
    }

    [Fact]
    public void Yielding_RunsPrepareDropAndNamesTheHandOver()
    {
        Activate();
        _host.Give(ShardRole.Yielding, 7);
        _host.IsServing().ShouldBeFalse();
        _host.Running.ShouldHaveSingleItem().Revision.ShouldBe(new Revision(7));
        _host.FinishNext(HandlerKind.PrepareDrop, HandlerResult.SuccessWithHandOver);
        _host.Acks[^1].Kind.ShouldBe(AckKind.Yielded);
        _host.Acks[^1].HandedOver.ShouldBeTrue();

        _host.Give(ShardRole.Yielding, 8);
        _host.Acks[^1].Revision.ShouldBe(new Revision(8));
        _host.Acks[^1].HandedOver.ShouldBeFalse("the state went under another revision");
    }

    [Fact]
    public void Yielding_CalledOffBeforeTheHandOver_ServesOnInTheSameTenure()
    {
        Activate();
        var inside = _host.Enter();
        _host.Give(ShardRole.Yielding, 7);
        _host.Give(ShardRole.Active, 8);
        _host.Running.ShouldBeEmpty();
        _host.IsServing().ShouldBeTrue();
        _host.Enter().Tenure.ShouldBe(inside.Tenure);
        _host.EndedTenures.ShouldBeEmpty();
    }

    [Fact]
    public void Yielding_CalledOffAfterTheHandOver_AddsAgainInANewTenure()
    {
        Activate();
        var former = _host.Tenure();
        _host.Give(ShardRole.Yielding, 7);
        _host.FinishNext(HandlerKind.PrepareDrop);
        _host.EndedTenures.ShouldBe([former]);
        _host.Give(ShardRole.Active, 8);
        _host.FinishNext(HandlerKind.Add);
        _host.IsServing().ShouldBeTrue();
        _host.Tenure().ShouldNotBe(former);
    }

    [Fact]
    public void None_AfterYielding_Drops()
    {
        Activate();
        _host.Give(ShardRole.Yielding, 7);
        _host.FinishNext(HandlerKind.PrepareDrop);
        _host.Give(ShardRole.None, 8);
        _host.FinishNext(HandlerKind.Drop);
        _host.Machine.IsEmpty.ShouldBeTrue();
        _host.Events.ShouldBe(
            [JournalEvent.Prepared, JournalEvent.Activated, JournalEvent.Yielded, JournalEvent.Dropped]);
    }

    [Fact]
    public void NewRoleWhileAHandlerRuns_WaitsForItAndTheLatestWins()
    {
        _host.Give(ShardRole.Preparing, 5);
        _host.Give(ShardRole.None, 6);
        _host.Cancelled.ShouldBe([_host.Running[0].Operation]);
        _host.Give(ShardRole.Active, 7);
        _host.Running.Count.ShouldBe(1);
        _host.FinishNext(HandlerKind.PrepareAdd);
        _host.FinishNext(HandlerKind.Add);
        _host.IsServing().ShouldBeTrue();
    }

    [Fact]
    public void PrepareAdd_FailsAsNextOwner_SaysSoOncePerRevisionAndTriesAgainUnderANewOne()
    {
        _host.Give(ShardRole.Preparing, 5);
        _host.FinishNext(HandlerKind.PrepareAdd, HandlerResult.Failure("no disk"));
        _host.Acks[^1].ShouldBe(new HostAck(_host.Session, HostDriver.Shard, new Revision(5), AckKind.Failed, false, "no disk"));
        _host.Give(ShardRole.Preparing, 5);
        _host.Acks.Count.ShouldBe(2, "the same role is answered the same way");
        _host.Running.ShouldBeEmpty();
        _host.Give(ShardRole.Preparing, 6);
        _host.FinishNext(HandlerKind.PrepareAdd);
        _host.Acks[^1].Kind.ShouldBe(AckKind.Ready);
    }

    [Fact]
    public void Add_Fails_IsReportedCountedAndTriedAgainWithBackoff()
    {
        _host.Give(ShardRole.Active, 5);
        _host.FinishNext(HandlerKind.PrepareAdd);
        _host.FinishNext(HandlerKind.Add, HandlerResult.Failure("boom"));
        _host.Acks[^1].Kind.ShouldBe(AckKind.Failed);
        _host.Running.ShouldBeEmpty();

        _host.Pass(_host.Options.RetryFirstMs);
        _host.Running.ShouldHaveSingleItem().Attempt.ShouldBe(2);
        _host.FinishNext(HandlerKind.Add, HandlerResult.Failure("boom"));
        _host.Pass(_host.Options.RetryFirstMs);
        _host.Running.ShouldBeEmpty("the second wait is twice as long");
        _host.Pass(_host.Options.RetryFirstMs);
        _host.FinishNext(HandlerKind.Add);
        _host.IsServing().ShouldBeTrue();
    }

    [Fact]
    public void PrepareAdd_NeverReturns_IsCancelledAndReportedAndHoldsUpNobody()
    {
        _host.Give(ShardRole.Preparing, 5);
        var stuck = _host.Running[0];
        _host.Pass(_host.Options.HandlerTimeoutMs);
        _host.Cancelled.ShouldBe([stuck.Operation]);
        _host.Acks[^1].Kind.ShouldBe(AckKind.Failed);
        _host.Warnings.ShouldNotBeEmpty();
        _host.Give(ShardRole.None, 6);
        _host.FinishNext(HandlerKind.PrepareAdd, HandlerResult.Failure("cancelled"));
        _host.Machine.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void PrepareDrop_NeverReturns_NeverYieldsAndIsWarnedOf()
    {
        Activate();
        _host.Give(ShardRole.Yielding, 7);
        for (var i = 1; i <= 3; i++)
        {
            _host.Pass(_host.Options.HandlerTimeoutMs);
            _host.Warnings.Count.ShouldBe(i);
        }

        _host.Cancelled.ShouldBeEmpty();
        _host.Acks.ShouldNotContain(ack => ack.Kind == AckKind.Yielded);
        _host.LoseTime();
        _host.Cancelled.ShouldHaveSingleItem();
        _host.EndedTenures.ShouldHaveSingleItem();
    }

    [Fact]
    public void Calls_AreLimited_OwnersGoFirst()
    {
        var host = new HostDriver(new HostMachineOptions { MaxConcurrentHandlers = 1 });
        host.Give(ShardRole.Preparing, 5, "s1");
        host.Give(ShardRole.Preparing, 6, "s2");
        host.Give(ShardRole.Active, 7, "s3");
        host.Running.ShouldHaveSingleItem().Shard.Value.ShouldBe("s1");
        host.FinishNext(HandlerKind.PrepareAdd);
        host.Running.ShouldHaveSingleItem().Shard.Value.ShouldBe("s3");
    }

    [Fact]
    public void Calls_StuckOnes_FreeTheirSlot()
    {
        var host = new HostDriver(new HostMachineOptions { MaxConcurrentHandlers = 1 });
        host.Give(ShardRole.Preparing, 5, "s1");
        host.Give(ShardRole.Active, 6, "s2");
        host.Pass(host.Options.HandlerTimeoutMs);
        host.Running.Select(call => call.Shard.Value).ShouldBe(["s1", "s2"]);
    }

    [Fact]
    public void FullSet_DropsWhatItDoesNotName_OlderOneDoesNot()
    {
        Activate();
        _host.GiveSet(4);
        _host.IsServing().ShouldBeTrue("a set older than what was seen says nothing about absence");
        _host.GiveSet(9);
        _host.IsServing().ShouldBeFalse();
        _host.FinishNext(HandlerKind.Drop);
        _host.Pass(_host.Options.ForwardForMs);
        _host.GiveSet(9);
        _host.Machine.View().ShouldBeEmpty("a set this new makes the memory of the shard needless");
        _host.Give(ShardRole.Active, 8);
        _host.Running.ShouldBeEmpty("a role the set would have named");
        _host.Give(ShardRole.Active, 10);
        _host.Running.ShouldHaveSingleItem();
    }

    [Fact]
    public void Roles_OfAnotherSession_AreIgnored()
    {
        var role = _host.Role(ShardRole.Active, 5);
        _host.Machine.RolesReceived(new SessionId(99), new Revision(5), true, [role], _host.NowMs);
        _host.Take();
        _host.Running.ShouldBeEmpty();
    }

    [Fact]
    public void Digest_IsThatOfTheRolesInForce()
    {
        _host.Give(ShardRole.Active, 5, "s1");
        _host.Give(ShardRole.Standby, 6, "s2");
        _host.Give(ShardRole.Active, 7, "s1");
        _host.Machine.Digest.ShouldBe(RoleDigest.Of(
            [_host.Role(ShardRole.Standby, 6, "s2"), _host.Role(ShardRole.Active, 7, "s1")]));
        _host.Give(ShardRole.None, 8, "s1");
        _host.Give(ShardRole.None, 9, "s2");
        _host.Machine.Digest.ShouldBe(RoleDigest.Empty);
    }

    [Fact]
    public void NewSession_StartsWithNoRoleAndWaitsForTheOldDrop()
    {
        Activate();
        _host.NewSession();
        _host.IsServing().ShouldBeFalse();
        _host.Give(ShardRole.Active, 3);
        _host.Running.ShouldHaveSingleItem().Kind.ShouldBe(HandlerKind.Drop);
        _host.FinishNext(HandlerKind.Drop);
        _host.FinishNext(HandlerKind.PrepareAdd);
        _host.FinishNext(HandlerKind.Add);
        _host.IsServing().ShouldBeTrue();
    }

    private void Activate()
    {
        _host.Give(ShardRole.Active, 5);
        _host.FinishNext(HandlerKind.PrepareAdd);
        _host.FinishNext(HandlerKind.Add);
    }
}
