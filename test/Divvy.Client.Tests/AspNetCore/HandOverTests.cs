using System.Net;
using System.Text;
using Divvy.Client.Hosting;
using Divvy.Client.Http;
using Divvy.Client.Tests.Servers;
using Divvy.Rpc.Sharding;

namespace Divvy.Client.Tests.AspNetCore;

/// <summary>State on its way from one owner to the next (R14).</summary>
public sealed class HandOverTests
{
    [Theory]
    [InlineData(6, "state")]
    [InlineData(5, null)]
    [InlineData(0, null)]
    public async Task Move_StateHandedOver_ReachesTheAddThatNamesItsRevisionOnly(long handedOverAt, string? expected)
    {
        await using var a = await ServiceFixture.StartAsync();
        await using var b = await ServiceFixture.StartAsync(options => options.InstanceId = "b");
        var received = new TaskCompletionSource<HandOver?>();
        b.Hosting.Handler.OnAdd = (_, state, _) =>
        {
            received.SetResult(state);
            return Task.CompletedTask;
        };
        var streamB = await PreparingAsync(b);
        (await YieldAsync(a, b.Address)).HandedOver.ShouldBeTrue();

        var active = Wire.Role("s1", 7, RoleKind.RoleActive, 2);
        active.HandedOverAt = handedOverAt;
        await streamB.SendAsync(active);
        var state = await Eventually.Within(received.Task, "an add");
        (state is null ? null : Encoding.UTF8.GetString(state.State.Span)).ShouldBe(expected);
    }

    [Fact]
    public async Task Move_StateTooLarge_YieldsWithoutIt()
    {
        await using var a = await ServiceFixture.StartAsync(options => options.MaxHandOverBytes = 4);
        await using var b = await ServiceFixture.StartAsync(options => options.InstanceId = "b");
        await PreparingAsync(b);
        (await YieldAsync(a, b.Address)).HandedOver.ShouldBeFalse();
    }

    [Fact]
    public async Task Move_ReceiverIsNotPreparing_YieldsWithoutIt()
    {
        await using var a = await ServiceFixture.StartAsync();
        await using var b = await ServiceFixture.StartAsync(options => options.InstanceId = "b");
        await b.Hosting.StartAsync(200);
        (await YieldAsync(a, b.Address)).HandedOver.ShouldBeFalse();
    }

    [Fact]
    public async Task PrepareDrop_ThatThrows_YieldsWithoutIt()
    {
        await using var a = await ServiceFixture.StartAsync();
        (await YieldAsync(a, "http://127.0.0.1:1", _ => throw new InvalidOperationException("disk full")))
            .HandedOver.ShouldBeFalse();
    }

    [Theory]
    [InlineData("c7", "6", HttpStatusCode.Conflict)]
    [InlineData("c8", "4", HttpStatusCode.Conflict)]
    [InlineData("c8", "6", HttpStatusCode.NoContent)]
    [InlineData("c8", "six", HttpStatusCode.BadRequest)]
    public async Task Endpoint_Post_TakesOnlyWhatIsMeantForThisSessionAndMove(
        string session, string revision, HttpStatusCode status)
    {
        await using var b = await ServiceFixture.StartAsync();
        await PreparingAsync(b);
        var request = new HttpRequestMessage(HttpMethod.Post, "/_divvy/handover/orders/s1") { Content = new StringContent("x") };
        request.Headers.Add(ShardHeaders.Revision, revision);
        request.Headers.Add(ShardHeaders.Session, session);
        (await b.Client.SendAsync(request)).StatusCode.ShouldBe(status);
    }

    /// <summary>Lets an instance own the shard and give it away at revision 6.</summary>
    private static async Task<Acknowledge> YieldAsync(
        ServiceFixture a, string next, Func<ShardContext, Task<HandOver?>>? prepareDrop = null)
    {
        prepareDrop ??= _ => Task.FromResult<HandOver?>(new HandOver(Encoding.UTF8.GetBytes("state")));
        a.Hosting.Handler.OnPrepareDrop = (shard, _) => prepareDrop(shard);
        var stream = await a.Hosting.StartAsync(100, 60_000, Wire.Role("s1", 4, RoleKind.RoleActive));
        await stream.ReadAckAsync(Acknowledgement.Active);
        await stream.SendAsync(Wire.Role("s1", 6, RoleKind.RoleYielding, 1, Wire.Peer("b", 200, next)));
        return await stream.ReadAckAsync(Acknowledgement.Yielded);
    }

    /// <summary>Session 200 (hexadecimal c8) is to be the next owner, as of revision 5.</summary>
    private static async Task<FakeSession> PreparingAsync(ServiceFixture b)
    {
        var stream = await b.Hosting.StartAsync(200, 60_000, Wire.Role("s1", 5, RoleKind.RolePreparing));
        await stream.ReadAckAsync(Acknowledgement.Ready);
        return stream;
    }
}
