using Divvy.Core.Assignment;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Core.Tests.Hosting;

/// <summary>Roles and handler calls: what is called when, what is acknowledged, what happens when handlers misbehave.</summary>
public sealed class HostMachineTests
{
    private readonly HostDriver host = new();

    [Fact]
    public void Active_Cold_RunsPrepareAddThenAddAndServes()
    {
        host.Give(ShardRole.Active, 5);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.IsServing().ShouldBeFalse();
        host.FinishNext(HandlerKind.Add);
        host.IsServing().ShouldBeTrue();
        host.Acks[^1].ShouldBe(new HostAck(host.Session, HostDriver.Shard, new Revision(5), AckKind.Active, false, ""));
        host.Events.ShouldBe([JournalEvent.Prepared, JournalEvent.Activated]);
    }

    [Theory]
    [InlineData(ShardRole.Standby)]
    [InlineData(ShardRole.Prepared)]
    public void Active_AfterBeingPrepared_RunsAddAlone(ShardRole warm)
    {
        host.Give(warm, 5);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.Give(ShardRole.Active, 6, handedOverAt: 5);
        host.Running.ShouldHaveSingleItem().HandedOverAt.ShouldBe(new Revision(5));
        host.FinishNext(HandlerKind.Add);
        host.IsServing().ShouldBeTrue();
    }

    [Fact]
    public void Preparing_Rewritten_IsAcknowledgedAnewWithoutPreparingAgain()
    {
        host.Give(ShardRole.Preparing, 5);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.Give(ShardRole.Preparing, 6);
        host.Running.ShouldBeEmpty();
        host.Acks.Select(ack => (ack.Kind, ack.Revision.Value)).ShouldBe([(AckKind.Ready, 5), (AckKind.Ready, 6)]);
    }

    [Fact]
    public void Yielding_RunsPrepareDropAndNamesTheHandOver()
    {
        Activate();
        host.Give(ShardRole.Yielding, 7);
        host.IsServing().ShouldBeFalse();
        host.Running.ShouldHaveSingleItem().Revision.ShouldBe(new Revision(7));
        host.FinishNext(HandlerKind.PrepareDrop, HandlerResult.SuccessWithHandOver);
        host.Acks[^1].Kind.ShouldBe(AckKind.Yielded);
        host.Acks[^1].HandedOver.ShouldBeTrue();

        host.Give(ShardRole.Yielding, 8);
        host.Acks[^1].Revision.ShouldBe(new Revision(8));
        host.Acks[^1].HandedOver.ShouldBeFalse("the state went under another revision");
    }

    /// <summary>The flip and the takeover that followed were missed: somebody else owned the shard and wrote. What is held
    /// is of another time.</summary>
    [Fact]
    public void Active_OfALaterGenerationAfterYielding_DropsAndPreparesAnew()
    {
        Activate();
        host.Give(ShardRole.Yielding, 7);
        host.FinishNext(HandlerKind.PrepareDrop);
        host.Give(ShardRole.Active, 9, generation: 5);
        host.FinishNext(HandlerKind.Drop);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.FinishNext(HandlerKind.Add);
        host.IsServing().ShouldBeTrue();
    }

    [Fact]
    public void Yielding_CalledOffBeforeTheHandOver_ServesOnInTheSameTenure()
    {
        Activate();
        var inside = host.Enter();
        host.Give(ShardRole.Yielding, 7);
        host.Give(ShardRole.Active, 8);
        host.Running.ShouldBeEmpty();
        host.IsServing().ShouldBeTrue();
        host.Enter().Tenure.ShouldBe(inside.Tenure);
        host.EndedTenures.ShouldBeEmpty();
    }

    [Fact]
    public void Yielding_CalledOffAfterTheHandOver_AddsAgainInANewTenure()
    {
        Activate();
        var former = host.Tenure();
        host.Give(ShardRole.Yielding, 7);
        host.FinishNext(HandlerKind.PrepareDrop);
        host.EndedTenures.ShouldBe([former]);
        host.Give(ShardRole.Active, 8);
        host.FinishNext(HandlerKind.Add);
        host.IsServing().ShouldBeTrue();
        host.Tenure().ShouldNotBe(former);
    }

    [Fact]
    public void None_AfterYielding_Drops()
    {
        Activate();
        host.Give(ShardRole.Yielding, 7);
        host.FinishNext(HandlerKind.PrepareDrop);
        host.Give(ShardRole.None, 8);
        host.FinishNext(HandlerKind.Drop);
        host.Machine.IsEmpty.ShouldBeTrue();
        host.Events.ShouldBe(
            [JournalEvent.Prepared, JournalEvent.Activated, JournalEvent.Yielded, JournalEvent.Dropped]);
    }

    [Fact]
    public void NewRoleWhileAHandlerRuns_WaitsForItAndTheLatestWins()
    {
        host.Give(ShardRole.Preparing, 5);
        host.Give(ShardRole.None, 6);
        host.Cancelled.ShouldBe([host.Running[0].Operation]);
        host.Give(ShardRole.Active, 7);
        host.Running.Count.ShouldBe(1);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.FinishNext(HandlerKind.Add);
        host.IsServing().ShouldBeTrue();
    }

    [Fact]
    public void PrepareAdd_FailsAsNextOwner_SaysSoOncePerRevisionAndTriesAgainUnderANewOne()
    {
        host.Give(ShardRole.Preparing, 5);
        host.FinishNext(HandlerKind.PrepareAdd, HandlerResult.Failure("no disk"));
        host.Acks[^1].ShouldBe(new HostAck(host.Session, HostDriver.Shard, new Revision(5), AckKind.Failed, false, "no disk"));
        host.Give(ShardRole.Preparing, 5);
        host.Acks.Count.ShouldBe(2, "the same role is answered the same way");
        host.Running.ShouldBeEmpty();
        host.Give(ShardRole.Preparing, 6);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.Acks[^1].Kind.ShouldBe(AckKind.Ready);
    }

    [Fact]
    public void Add_Fails_IsReportedCountedAndTriedAgainWithBackoff()
    {
        host.Give(ShardRole.Active, 5);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.FinishNext(HandlerKind.Add, HandlerResult.Failure("boom"));
        host.Acks[^1].Kind.ShouldBe(AckKind.Failed);
        host.Running.ShouldBeEmpty();

        host.Pass(host.Options.RetryFirstMs);
        host.Running.ShouldHaveSingleItem().Attempt.ShouldBe(2);
        host.FinishNext(HandlerKind.Add, HandlerResult.Failure("boom"));
        host.Pass(host.Options.RetryFirstMs);
        host.Running.ShouldBeEmpty("the second wait is twice as long");
        host.Pass(host.Options.RetryFirstMs);
        host.FinishNext(HandlerKind.Add);
        host.IsServing().ShouldBeTrue();
    }

    [Fact]
    public void PrepareAdd_NeverReturns_IsCancelledAndReportedAndHoldsUpNobody()
    {
        host.Give(ShardRole.Preparing, 5);
        var stuck = host.Running[0];
        host.Pass(host.Options.HandlerTimeoutMs);
        host.Cancelled.ShouldBe([stuck.Operation]);
        host.Acks[^1].Kind.ShouldBe(AckKind.Failed);
        host.Warnings.ShouldNotBeEmpty();
        host.Give(ShardRole.None, 6);
        host.FinishNext(HandlerKind.PrepareAdd, HandlerResult.Failure("cancelled"));
        host.Machine.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void PrepareDrop_NeverReturns_NeverYieldsAndIsWarnedOf()
    {
        Activate();
        host.Give(ShardRole.Yielding, 7);
        for (var i = 1; i <= 3; i++)
        {
            host.Pass(host.Options.HandlerTimeoutMs);
            host.Warnings.Count.ShouldBe(i);
        }

        host.Cancelled.ShouldBeEmpty();
        host.Acks.ShouldNotContain(ack => ack.Kind == AckKind.Yielded);
        host.LoseTime();
        host.Cancelled.ShouldHaveSingleItem();
        host.EndedTenures.ShouldHaveSingleItem();
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
        host.GiveSet(4);
        host.IsServing().ShouldBeTrue("a set older than what was seen says nothing about absence");
        host.GiveSet(9);
        host.IsServing().ShouldBeFalse();
        host.FinishNext(HandlerKind.Drop);
        host.Pass(host.Options.ForwardForMs);
        host.GiveSet(9);
        host.Machine.View().ShouldBeEmpty("a set this new makes the memory of the shard needless");
        host.Give(ShardRole.Active, 8);
        host.Running.ShouldBeEmpty("a role the set would have named");
        host.Give(ShardRole.Active, 10);
        host.Running.ShouldHaveSingleItem();
    }

    [Fact]
    public void Roles_OfAnotherSession_AreIgnored()
    {
        var role = host.Role(ShardRole.Active, 5);
        host.Machine.RolesReceived(new SessionId(99), new Revision(5), true, [role], host.NowMs);
        host.Take();
        host.Running.ShouldBeEmpty();
    }

    [Fact]
    public void Digest_IsThatOfTheRolesInForce()
    {
        host.Give(ShardRole.Active, 5, "s1");
        host.Give(ShardRole.Standby, 6, "s2");
        host.Give(ShardRole.Active, 7, "s1");
        host.Machine.Digest.ShouldBe(RoleDigest.Of(
            [host.Role(ShardRole.Standby, 6, "s2"), host.Role(ShardRole.Active, 7, "s1")]));
        host.Give(ShardRole.None, 8, "s1");
        host.Give(ShardRole.None, 9, "s2");
        host.Machine.Digest.ShouldBe(RoleDigest.Empty);
    }

    [Fact]
    public void Digest_NoRolesTakenInYet_IsNotThatOfNoRoles()
    {
        host.NewSession();
        host.Machine.Digest.ShouldBe(RoleDigest.NothingHeard);

        host.Machine.RolesReceived(host.Session, new Revision(5), true, [], host.NowMs);

        host.Machine.Digest.ShouldBe(RoleDigest.Empty);
    }

    [Fact]
    public void NewSession_StartsWithNoRoleAndWaitsForTheOldDrop()
    {
        Activate();
        host.NewSession();
        host.IsServing().ShouldBeFalse();
        host.Give(ShardRole.Active, 3);
        host.Running.ShouldHaveSingleItem().Kind.ShouldBe(HandlerKind.Drop);
        host.FinishNext(HandlerKind.Drop);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.FinishNext(HandlerKind.Add);
        host.IsServing().ShouldBeTrue();
    }

    private void Activate()
    {
        host.Give(ShardRole.Active, 5);
        host.FinishNext(HandlerKind.PrepareAdd);
        host.FinishNext(HandlerKind.Add);
    }
}
