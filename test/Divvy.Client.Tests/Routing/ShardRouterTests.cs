using Divvy.Client.Routing;
using Divvy.Client.Tests.Servers;
using Divvy.Core.Identity;
using Divvy.Core.Routing;
using Divvy.Rpc;

namespace Divvy.Client.Tests.Routing;

public sealed class ShardRouterTests
{
    [Fact]
    public async Task Find_AfterTheSnapshot_KnowsTheOwner()
    {
        await using var fixture = new RouterFixture();
        fixture.Router.Find("any key").ShouldBeNull();
        await fixture.StartAsync("http://a");

        var entry = fixture.Router.Find("any key").ShouldNotBeNull();
        entry.Address.ShouldBe("http://a");
        fixture.Router.Find(new ShardId("s1")).ShouldBe(entry);
    }

    [Fact]
    public async Task Delta_NewOwner_ReplacesTheEntry()
    {
        await using var fixture = new RouterFixture();
        var stream = await fixture.StartAsync("http://a");
        var seen = fixture.Router.Table;
        await stream.SendDeltaAsync(12, Wire.Route("s1", 12, "http://b", generation: 2));
        await Eventually.Within(fixture.Router.WaitForChangeAsync(seen), "a change");

        fixture.Router.Find("any key")!.Address.ShouldBe("http://b");
    }

    [Fact]
    public async Task Stream_ServersDown_KeepsTheTableAndGoesOnFromIt()
    {
        await using var fixture = new RouterFixture();
        var stream = await fixture.StartAsync("http://a");
        fixture.Server.Refusal = new RpcException(RpcStatusCode.Unavailable, "down");
        var before = fixture.Server.Streams;
        stream.Break();
        await Eventually.Until(() => fixture.Server.Streams >= before + 3, "three attempts");
        fixture.Router.Find("any key")!.Address.ShouldBe("http://a");

        fixture.Server.Refusal = null;
        var again = await fixture.Server.NextRoutingAsync();
        again.Request.KnownRevision.ShouldBe(10);
        var seen = fixture.Router.Table;
        await again.SendSnapshotAsync(20, Wire.Route("s1", 15, "http://b", generation: 2));
        await Eventually.Within(fixture.Router.WaitForChangeAsync(seen), "a change");
        fixture.Router.Find("any key")!.Address.ShouldBe("http://b");
    }

    [Fact]
    public async Task Start_SomethingUnforeseenFails_IsTriedAgain()
    {
        await using var fixture = new RouterFixture(stumbles: true);
        await fixture.StartAsync("http://a");
        fixture.Router.Find("any key")!.Address.ShouldBe("http://a");
    }

    [Fact]
    public async Task Learn_OlderHint_IsIgnored()
    {
        await using var fixture = new RouterFixture();
        await fixture.StartAsync("http://a");
        var entry = fixture.Router.Find("k")!;

        fixture.Router.Learn(entry with { Revision = new Revision(4), Address = "http://old" });
        fixture.Router.Find("k")!.Address.ShouldBe("http://a");
        fixture.Router.Learn(entry with { Revision = new Revision(6), Address = "http://new" });
        fixture.Router.Find("k")!.Address.ShouldBe("http://new");
    }

    [Fact]
    public async Task Find_Always_AllocatesNothing()
    {
        await using var fixture = new RouterFixture();
        await fixture.StartAsync("http://a");
        RouteEntry? found = fixture.Router.Find("warm");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            found = fixture.Router.Find("customer-42");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        found.ShouldNotBeNull();
    }

    [Fact]
    public void Errors_WrongOptions_NamesEveryOne()
    {
        var options = new ShardRouterOptions { ReconnectMin = TimeSpan.Zero, ReconnectMax = TimeSpan.FromSeconds(-1) };
        var errors = string.Join(' ', ShardRouterOptionsValidator.Errors(options));
        foreach (var name in new[] { "Namespace", "Servers", "ReconnectMin", "ReconnectMax" })
            errors.ShouldContain(name);
    }
}
