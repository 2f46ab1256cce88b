using Divvy.Client.Hosting;
using Divvy.Client.Tests.Servers;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Rpc;
using Divvy.Rpc.Sharding;

namespace Divvy.Client.Tests.Hosting;

public sealed class ShardHostTests
{
    private static readonly ShardId S1 = new("s1");

    [Fact]
    public async Task Start_Granted_RegistersWithWhatTheOptionsSay()
    {
        await using var fixture = new HostFixture(configure: options =>
        {
            options.Zone = "z1";
            options.Capacity = 2.5;
            options.Labels["rack"] = "r7";
        });
        var starting = fixture.Host.StartAsync();
        var stream = await fixture.NextSessionAsync();
        var register = await stream.GrantAsync(100);
        await Eventually.Within(starting, "an end of StartAsync");

        register.Namespace.ShouldBe("orders");
        register.Instance.ShouldBe("a");
        register.Address.ShouldBe("http://127.0.0.1:5001");
        register.Zone.ShouldBe("z1");
        register.Capacity.ShouldBe(2.5);
        register.Labels["rack"].ShouldBe("r7");
        register.Nonce.ShouldNotBeEmpty();
        register.Session.ShouldBe(0);
        fixture.Host.Session.ShouldBe(new SessionId(100));
        fixture.Host.HasSession.ShouldBeTrue();
    }

    [Fact]
    public async Task Active_ColdShard_PreparesAddsAcknowledgesAndServes()
    {
        await using var fixture = new HostFixture();
        var stream = await fixture.StartAsync();
        await stream.SendAsync(Wire.Role("s1", 5, RoleKind.RoleActive, generation: 3));

        (await fixture.Handler.ExpectAsync("prepare-add")).Shard.ShouldBe(S1);
        var added = await fixture.Handler.ExpectAsync("add");
        var ack = await stream.ReadAckAsync(Acknowledgement.Active);

        added.Generation.ShouldBe(new Generation(3));
        added.OwnershipEnded.IsCancellationRequested.ShouldBeFalse();
        ack.Revision.ShouldBe(5);
        using var admission = await fixture.Host.EnterAsync(new ShardRequest(S1));
        admission.IsServed.ShouldBeTrue();
        admission.Generation.ShouldBe(new Generation(3));
        admission.MayRelease().ShouldBeTrue();
        fixture.JournalEvents.ShouldBe([JournalEvent.Prepared, JournalEvent.Activated]);
    }

    [Fact]
    public async Task Yielding_RequestInside_AcknowledgesOnlyAfterItLeft()
    {
        await using var fixture = new HostFixture();
        var stream = await ActiveAsync(fixture);
        var admission = await fixture.Host.EnterAsync(new ShardRequest(S1));

        await stream.SendAsync(Yielding(revision: 6));
        await Eventually.Until(
            () => fixture.Host.Shards.Single().Role == ShardRole.Yielding, "the yielding role in the host");
        var other = await fixture.Host.EnterAsync(new ShardRequest(S1));
        other.Kind.ShouldBe(AdmitKind.Forward);
        other.OwnerAddress.ShouldBe("http://127.0.0.1:5002");
        fixture.JournalEvents.ShouldNotContain(JournalEvent.Yielded);
        admission.MayRelease().ShouldBeTrue("the request was let in while the shard was owned");

        admission.Dispose();
        await fixture.Handler.ExpectAsync("prepare-drop");
        var ack = await stream.ReadAckAsync(Acknowledgement.Yielded);
        ack.Revision.ShouldBe(6);
        fixture.JournalEvents.ShouldContain(JournalEvent.Yielded);
    }

    [Fact]
    public async Task Dropped_AfterYield_CancelsTheTokenAndCallsDrop()
    {
        await using var fixture = new HostFixture();
        var stream = await fixture.StartAsync(roles: Wire.Role("s1", 5, RoleKind.RoleActive));
        await fixture.Handler.ExpectAsync("prepare-add");
        var token = (await fixture.Handler.ExpectAsync("add")).OwnershipEnded;
        await stream.ReadAckAsync(Acknowledgement.Active);
        await stream.SendAsync(Yielding(revision: 6));
        await stream.ReadAckAsync(Acknowledgement.Yielded);
        token.IsCancellationRequested.ShouldBeTrue();

        await stream.SendAsync(Wire.Role("s1", 7, RoleKind.RoleNone, 2, Wire.Peer("b", 2, "http://127.0.0.1:5002")));
        await fixture.Handler.ExpectAsync("prepare-drop");
        await fixture.Handler.ExpectAsync("drop");
        await stream.ReadAckAsync(Acknowledgement.Dropped);
    }

    [Fact]
    public async Task Handler_ThatThrows_IsReportedAndTriedAgain()
    {
        await using var fixture = new HostFixture();
        var attempts = 0;
        fixture.Handler.OnAdd = (_, _, _) =>
            Interlocked.Increment(ref attempts) == 1 ? throw new InvalidOperationException("disk full") : Task.CompletedTask;
        var stream = await fixture.StartAsync(roles: Wire.Role("s1", 5, RoleKind.RoleActive));

        var failed = await stream.ReadAckAsync(Acknowledgement.Failed);
        failed.Error.ShouldContain("disk full");
        fixture.Host.Shards.Single().Held.ShouldBe(HeldState.Prepared);
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await stream.ReadAckAsync(Acknowledgement.Active);
    }

    [Fact]
    public async Task PrepareAdd_ThatNeverReturns_IsCancelledAndReported()
    {
        await using var fixture = new HostFixture(configure: options => options.HandlerTimeout = TimeSpan.FromSeconds(2));
        var cancelled = new TaskCompletionSource();
        var stuck = new TaskCompletionSource();
        fixture.Handler.OnPrepareAdd = (_, token) =>
        {
            token.Register(() => cancelled.TrySetResult());
            return stuck.Task;
        };
        var stream = await fixture.StartAsync(roles: Wire.Role("s1", 5, RoleKind.RolePreparing));
        await fixture.Handler.ExpectAsync("prepare-add");

        fixture.Time.Advance(TimeSpan.FromSeconds(3));
        await Eventually.Within(cancelled.Task, "a cancelled token");
        var failed = await stream.ReadAckAsync(Acknowledgement.Failed);
        failed.Revision.ShouldBe(5);
        stuck.SetResult();
    }

    [Fact]
    public async Task PrepareDrop_ThatNeverReturns_IsWaitedFor()
    {
        await using var fixture = new HostFixture(configure: options => options.HandlerTimeout = TimeSpan.FromSeconds(2));
        var stuck = new TaskCompletionSource<HandOver?>();
        fixture.Handler.OnPrepareDrop = (_, _) => stuck.Task;
        var stream = await ActiveAsync(fixture);
        await stream.SendAsync(Yielding(revision: 6));
        await fixture.Handler.ExpectAsync("prepare-drop");

        fixture.Time.Advance(TimeSpan.FromSeconds(10));
        fixture.JournalEvents.ShouldNotContain(JournalEvent.Yielded);
        stuck.SetResult(null);
        await stream.ReadAckAsync(Acknowledgement.Yielded);
    }

    [Fact]
    public async Task Deadline_Passed_FencesByItselfAndStampsTheDeadline()
    {
        await using var fixture = new HostFixture();
        await ActiveAsync(fixture, ttlMs: 10_000);
        var admission = await fixture.Host.EnterAsync(new ShardRequest(S1));
        var token = admission.OwnershipEnded;

        fixture.Time.Advance(TimeSpan.FromSeconds(20));

        admission.MayRelease().ShouldBeFalse();
        token.IsCancellationRequested.ShouldBeTrue();
        (await fixture.Host.EnterAsync(new ShardRequest(S1))).Kind.ShouldBe(AdmitKind.Fenced);
        var lost = fixture.Journal.Single(happened => happened.Event == JournalEvent.LeaseLost);
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        lost.UnixNanoseconds.ShouldBe((start + 9_000) * 1_000_000, "TTL less a tenth");
        lost.Session.ShouldBe(new SessionRef(new InstanceId("a"), new SessionId(100)));
    }

    [Fact]
    public async Task Deadline_PassedInAPause_IsNoticedAtTheFirstEntryAndStampedWhenItWas()
    {
        await using var fixture = new HostFixture(timersFire: false);
        await ActiveAsync(fixture, ttlMs: 10_000);
        var inside = await fixture.Host.EnterAsync(new ShardRequest(S1));

        fixture.Time.Advance(TimeSpan.FromSeconds(20));
        inside.MayRelease().ShouldBeFalse();
        fixture.JournalEvents.ShouldNotContain(JournalEvent.LeaseLost, "nothing has woken the host yet");
        (await fixture.Host.EnterAsync(new ShardRequest(S1))).Kind.ShouldBe(AdmitKind.Fenced);

        var lost = fixture.Journal.Single(happened => happened.Event == JournalEvent.LeaseLost);
        (lost.NoticedUnixNanoseconds - lost.UnixNanoseconds).ShouldBe(11_000_000_000, "20 s less the 9 s it was good for");
    }

    [Fact]
    public async Task Heartbeat_Acknowledged_MovesTheDeadlineFromItsSendingTime()
    {
        await using var fixture = new HostFixture();
        var stream = await ActiveAsync(fixture, ttlMs: 9_000);
        await fixture.Time.WaitForTimerAsync(TimeSpan.FromSeconds(3));
        fixture.Time.Advance(TimeSpan.FromSeconds(3));
        var heartbeat = await stream.ReadHeartbeatAsync();
        fixture.Time.Advance(TimeSpan.FromSeconds(2));
        await stream.AcknowledgeAsync(heartbeat, 9_000);
        await Eventually.Until(() => DeadlineIsAfter(fixture, seconds: 9), "a deadline that moved");

        // Sent at 3 s, 9 s granted, a tenth of it kept back: 11.1 s.
        fixture.Time.Advance(TimeSpan.FromSeconds(6));
        fixture.Host.HasSession.ShouldBeTrue();
        fixture.Time.Advance(TimeSpan.FromSeconds(0.2));
        fixture.Host.HasSession.ShouldBeFalse();
    }

    [Fact]
    public async Task Stream_Broken_ResumesTheSessionAtTheNextServer()
    {
        await using var fixture = new HostFixture(servers: 2);
        fixture.Host.Start();
        var first = await fixture.NextSessionAsync();
        var register = await first.GrantAsync(100, 60_000, Wire.Role("s1", 5, RoleKind.RoleActive));
        await first.ReadAckAsync(Acknowledgement.Active);

        first.Break();
        var second = await fixture.NextSessionAsync();
        var again = await second.GrantAsync(100, 60_000, Wire.Role("s1", 5, RoleKind.RoleActive));

        again.Session.ShouldBe(100);
        again.Nonce.ShouldBe(register.Nonce);
        again.SeenRevision.ShouldBeGreaterThanOrEqualTo(5);
        using var admission = await fixture.Host.EnterAsync(new ShardRequest(S1));
        admission.IsServed.ShouldBeTrue("a stream's end is not the session's");
        (await second.ReadHeartbeatAsync()).Session.ShouldBe(100);
    }

    [Fact]
    public async Task Session_Gone_DropsEverythingAndRegistersAnewUnderAnotherNonce()
    {
        await using var fixture = new HostFixture();
        fixture.Host.Start();
        var stream = await fixture.NextSessionAsync();
        var first = await stream.GrantAsync(100, 60_000, Wire.Role("s1", 5, RoleKind.RoleActive));
        await stream.ReadAckAsync(Acknowledgement.Active);
        await stream.EndSessionAsync("the lease expired");

        var next = await NextSessionAsync(fixture);
        var register = await next.GrantAsync(101);
        register.Session.ShouldBe(0);
        register.Nonce.ShouldNotBe(first.Nonce);
        register.SeenRevision.ShouldBe(0);
        (await fixture.Host.EnterAsync(new ShardRequest(S1))).IsServed.ShouldBeFalse();
        await fixture.Handler.ExpectAsync("prepare-add");
        await fixture.Handler.ExpectAsync("add");
        await fixture.Handler.ExpectAsync("drop");
    }

    [Fact]
    public async Task StartAsync_IdHeldByAnother_FailsNamingTheHolder()
    {
        await using var fixture = new HostFixture(configure: options => options.RegisterTimeout = TimeSpan.FromSeconds(5));
        fixture.Server.Refusal = new RpcException(
            RpcStatusCode.AlreadyExists, "the instance id a is held by the instance at http://10.0.0.9:80");
        var starting = fixture.Host.StartAsync();
        await Eventually.Until(() => fixture.Server.Streams > 0, "a registration");
        await fixture.Time.WaitForTimerAsync(left => left < TimeSpan.FromMilliseconds(60), "the pause after a refusal");
        fixture.Time.Advance(TimeSpan.FromSeconds(6));

        var failure = await Should.ThrowAsync<ShardHostException>(starting.WaitAsync(Eventually.Patience));
        failure.InstanceIdTaken.ShouldBeTrue();
        failure.Message.ShouldContain("http://10.0.0.9:80");
    }

    [Fact]
    public async Task Start_IdHeldByAPredecessorForLongerThanTheTtl_HasASessionOnceItIsGranted()
    {
        await using var fixture = new HostFixture();
        fixture.Server.Refusal = new RpcException(RpcStatusCode.AlreadyExists, "the predecessor's lease lives on");
        fixture.Host.Start();
        await Eventually.Until(() => fixture.Server.Streams > 0, "a registration");
        await fixture.Time.WaitForTimerAsync(left => left < TimeSpan.FromMilliseconds(60), "the pause after a refusal");
        fixture.Server.Refusal = null;
        fixture.Time.Advance(TimeSpan.FromSeconds(4));

        await (await fixture.NextSessionAsync()).GrantAsync(100, ttlMs: 3000);
        await Eventually.Until(() => fixture.Host.Session == new SessionId(100), "a session");
        fixture.Host.HasSession.ShouldBeTrue("what was refused cannot have been granted: the grant is no older");
    }

    [Fact]
    public async Task Start_GrantThatCountsFromAnEarlierRequest_IsRenewedAtOnce()
    {
        await using var fixture = new HostFixture();
        fixture.Host.Start();
        (await fixture.NextSessionAsync()).Break();
        await fixture.Time.WaitForTimerAsync(left => left < TimeSpan.FromMilliseconds(60), "the pause after a failure");
        fixture.Time.Advance(TimeSpan.FromSeconds(4));

        var stream = await fixture.NextSessionAsync();
        await stream.GrantAsync(100, ttlMs: 10_000);
        (await stream.ReadHeartbeatAsync()).Session.ShouldBe(100);
    }

    [Fact]
    public async Task Start_GrantThatMakesNoSense_AsksAgainUnderTheSameNonce()
    {
        await using var fixture = new HostFixture();
        fixture.Host.Start();
        var stream = await fixture.NextSessionAsync();
        var register = await stream.ReadRegisterAsync();
        await stream.SendAsync(new ServerMessage { Registered = new Registered { Session = 100, TtlMs = long.MaxValue } });
        await fixture.Time.WaitForTimerAsync(left => left < TimeSpan.FromMilliseconds(60), "the pause after a failure");
        fixture.Time.Advance(TimeSpan.FromMilliseconds(60));

        (await (await fixture.NextSessionAsync()).ReadRegisterAsync()).Nonce.ShouldBe(register.Nonce);
    }

    [Fact]
    public async Task StopAsync_Always_DeregistersAfterTheHandlersEnded()
    {
        await using var fixture = new HostFixture();
        var stuck = new TaskCompletionSource();
        fixture.Handler.OnDrop = () => stuck.Task;
        var stream = await ActiveAsync(fixture);
        var stopping = fixture.Host.StopAsync();
        await fixture.Handler.ExpectAsync("drop");
        fixture.Host.HasSession.ShouldBeFalse();
        await fixture.Time.WaitForTimerAsync(TimeSpan.FromSeconds(20));
        fixture.Time.Advance(TimeSpan.FromSeconds(20));
        await stream.ReadHeartbeatAsync();
        stream.Read.ShouldNotContain(InstanceMessage.MessageOneofCase.Deregister);

        stuck.SetResult();
        (await stream.ReadDeregisterAsync()).Session.ShouldBe(100);
        await stream.EndSessionAsync("deregistered");
        await Eventually.Within(stopping, "an end of StopAsync");
    }

    [Fact]
    public async Task DrainAsync_ShardsMoveAway_CompletesWhenNothingIsLeft()
    {
        await using var fixture = new HostFixture(configure: options => options.DrainLinger = TimeSpan.Zero);
        var stream = await ActiveAsync(fixture);
        var draining = fixture.Host.DrainAsync();
        (await stream.ReadDrainAsync()).Session.ShouldBe(100);
        draining.IsCompleted.ShouldBeFalse();

        await stream.SendAsync(Yielding(revision: 6));
        await stream.ReadAckAsync(Acknowledgement.Yielded);
        await stream.SendAsync(Wire.Role("s1", 7, RoleKind.RoleNone, 2, Wire.Peer("b", 2, "http://127.0.0.1:5002")));
        (await Eventually.Within(draining, "an end of the drain")).ShouldBeTrue();
    }

    [Fact]
    public async Task Kill_Always_RefusesRequestsAndSaysNothing()
    {
        await using var fixture = new HostFixture();
        var stream = await ActiveAsync(fixture);
        fixture.Host.Kill();

        (await fixture.Host.EnterAsync(new ShardRequest(S1))).IsServed.ShouldBeFalse();
        fixture.JournalEvents.Last().ShouldBe(JournalEvent.Dropped);
        await Eventually.Until(() => stream.Gone.IsCancellationRequested, "an end of the stream");
    }

    [Fact]
    public void Constructor_WrongOptions_NamesEveryError()
    {
        var failure = Should.Throw<ArgumentException>(() => new HostFixture(configure: options =>
        {
            options.Namespace = "";
            options.Servers.Clear();
            options.Capacity = 0;
            options.TotalQueueLimit = 1;
            options.ReconnectMax = TimeSpan.Zero;
        }));
        foreach (var name in new[] { "Namespace", "Servers", "Capacity", "TotalQueueLimit", "ReconnectMax" })
            failure.Message.ShouldContain(name);
    }

    /// <summary>A host that owns shard s1, its first handler calls done.</summary>
    private static async Task<FakeSession> ActiveAsync(HostFixture fixture, int ttlMs = 60_000)
    {
        var stream = await fixture.StartAsync(ttlMs: ttlMs, roles: Wire.Role("s1", 5, RoleKind.RoleActive));
        await stream.ReadAckAsync(Acknowledgement.Active);
        await fixture.Handler.ExpectAsync("prepare-add");
        await fixture.Handler.ExpectAsync("add");
        return stream;
    }

    private static Role Yielding(long revision) =>
        Wire.Role("s1", revision, RoleKind.RoleYielding, 1, Wire.Peer("b", 2, "http://127.0.0.1:5002"));

    private static async Task<FakeSession> NextSessionAsync(HostFixture fixture)
    {
        await fixture.Time.WaitForTimerAsync(left => left < TimeSpan.FromMilliseconds(60), "the pause before the next try");
        fixture.Time.Advance(TimeSpan.FromMilliseconds(60));
        return await fixture.NextSessionAsync();
    }

    private static bool DeadlineIsAfter(HostFixture fixture, int seconds) =>
        fixture.Host.SessionDeadline > TimeSpan.FromSeconds(seconds);
}
