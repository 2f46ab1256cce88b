using System.Net;
using Divvy.Client.Http;
using Divvy.Client.Tests.Routing;
using Divvy.Client.Tests.Servers;
using Divvy.Core.Identity;
using Divvy.Rpc.Sharding;
using Divvy.TestKit;

namespace Divvy.Client.Tests.Http;

public sealed class ShardRoutingHandlerTests
{
    private static readonly ShardRoutingOptions Quick = new()
    {
        RetryMin = TimeSpan.FromMilliseconds(1),
        RetryMax = TimeSpan.FromMilliseconds(1),
        MaxAttempts = 6,
    };

    [Fact]
    public async Task Send_WithKey_GoesToTheOwnerAndSaysWhatTheTableKnew()
    {
        await using var fixture = new RouterFixture();
        await fixture.StartAsync("http://a:81");
        HttpRequestMessage? seen = null;
        var network = new StubHandler((request, _) =>
        {
            seen = request;
            return new HttpResponseMessage(HttpStatusCode.OK);
        });
        using var client = Client(fixture, network);
        await client.SendAsync(Request("GET"));

        network.Sent.Single().Uri.ShouldBe("http://a:81/orders/7");
        seen!.Headers.GetValues(ShardHeaders.Namespace).Single().ShouldBe("orders");
        seen.Headers.GetValues(ShardHeaders.Shard).Single().ShouldBe("s1");
        seen.Headers.GetValues(ShardHeaders.Generation).Single().ShouldBe("1");
        seen.Headers.GetValues(ShardHeaders.Revision).Single().ShouldBe("5");
    }

    [Fact]
    public async Task Send_NoKeyAndNoShard_SaysWhatIsMissing()
    {
        await using var fixture = new RouterFixture();
        using var client = Client(fixture, new StubHandler((_, _) => new HttpResponseMessage(HttpStatusCode.OK)));
        var failure = await Should.ThrowAsync<InvalidOperationException>(client.GetAsync("http://shards/orders/7"));
        failure.Message.ShouldContain(nameof(ShardRequestExtensions.SetShardKey));
        (await client.GetAsync("http://elsewhere/")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Send_WithKeyToAListedNamespace_SaysToNameTheShard()
    {
        await using var fixture = new RouterFixture();
        var stream = await fixture.StartAsync(address: null);
        var listed = Wire.Route("s1", 12, "http://a:81");
        await stream.SendSnapshotAsync(20, ShardingLayout.Listed, listed);
        var network = new StubHandler((_, _) => new HttpResponseMessage(HttpStatusCode.OK));
        using var client = Client(fixture, network);

        var failure = await Should.ThrowAsync<HttpRequestException>(client.SendAsync(Request("GET")));
        failure.Message.ShouldContain("SetShard");

        using var named = new HttpRequestMessage(HttpMethod.Get, "http://shards/orders/7").SetShard(new ShardId("s1"));
        await client.SendAsync(named);
        network.Sent.Single().Uri.ShouldBe("http://a:81/orders/7");
    }

    [Fact]
    public async Task Misdirected_WithNewerHint_IsFollowedWithTheBody()
    {
        await using var fixture = new RouterFixture();
        await fixture.StartAsync("http://a");
        var network = new StubHandler((_, attempt) =>
            attempt == 1 ? Misdirected("http://b", 9) : StubHandler.Answer(HttpStatusCode.OK));
        using var client = Client(fixture, network);
        (await client.SendAsync(Request("POST", "body"))).StatusCode.ShouldBe(HttpStatusCode.OK);

        network.Sent.ShouldBe([("http://a/orders/7", "body"), ("http://b/orders/7", "body")]);
        fixture.Router.Find("7")!.Address.ShouldBe("http://b");
    }

    [Fact]
    public async Task Misdirected_BackAndForth_EndsAfterTheAttemptsAllowed()
    {
        await using var fixture = new RouterFixture();
        await fixture.StartAsync("http://a");
        var network = new StubHandler((request, attempt) =>
            Misdirected(request.RequestUri!.Host == "a" ? "http://b" : "http://a", 9 + attempt));
        using var client = Client(fixture, network);

        (await client.SendAsync(Request("GET"))).StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
        network.Sent.Count.ShouldBe(Quick.MaxAttempts);
    }

    [Theory]
    [InlineData("GET", HttpRequestError.ResponseEnded, false, true)]
    [InlineData("PUT", HttpRequestError.ResponseEnded, false, true)]
    [InlineData("POST", HttpRequestError.ResponseEnded, false, false)]
    [InlineData("PATCH", HttpRequestError.ResponseEnded, false, false)]
    [InlineData("POST", HttpRequestError.ResponseEnded, true, true)]
    [InlineData("POST", HttpRequestError.ConnectionError, false, true)]
    public async Task ConnectionFailed_Request_IsRepeatedOnlyWhereThatDoesNoHarm(
        string method, HttpRequestError error, bool isMarked, bool isRepeated)
    {
        await using var fixture = new RouterFixture();
        await fixture.StartAsync("http://a");
        var network = new StubHandler((_, attempt) =>
            attempt == 1 ? throw new HttpRequestException(error) : StubHandler.Answer(HttpStatusCode.OK));
        using var client = Client(fixture, network);
        var request = Request(method);
        if (isMarked)
            request.MarkRetryable();

        if (isRepeated)
            (await client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        else
            await Should.ThrowAsync<HttpRequestException>(client.SendAsync(request));
        network.Sent.Count.ShouldBe(isRepeated ? 2 : 1);
    }

    [Theory]
    [InlineData("POST", "1", 2)]
    [InlineData("POST", "0", 1)]
    [InlineData("GET", "0", 2)]
    [InlineData("GET", null, 1)]
    public async Task Unavailable_Request_IsRepeatedAsTheHostSays(string method, string? notExecuted, int attempts)
    {
        await using var fixture = new RouterFixture();
        await fixture.StartAsync("http://a");
        var network = new StubHandler((_, attempt) => attempt > 1 ? StubHandler.Answer(HttpStatusCode.OK)
            : notExecuted is null ? StubHandler.Answer(HttpStatusCode.ServiceUnavailable)
            : StubHandler.Answer(HttpStatusCode.ServiceUnavailable, (ShardHeaders.NotExecuted, notExecuted)));
        using var client = Client(fixture, network);
        await client.SendAsync(Request(method));
        network.Sent.Count.ShouldBe(attempts);
    }

    [Fact]
    public async Task Misdirected_BodyTooLargeToKeep_IsTheCallersAnswer()
    {
        await using var fixture = new RouterFixture();
        await fixture.StartAsync("http://a");
        var network = new StubHandler((_, _) => Misdirected("http://b", 9));
        using var client = Client(fixture, network, new ShardRoutingOptions { MaxBufferedBytes = 3 });
        (await client.SendAsync(Request("POST", "four"))).StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
        network.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task NoOwner_ThenOne_IsWaitedFor()
    {
        await using var fixture = new RouterFixture();
        var stream = await fixture.StartAsync(address: null);
        var network = new StubHandler((_, _) => StubHandler.Answer(HttpStatusCode.OK));
        using var client = Client(fixture, network);
        var sending = client.SendAsync(Request("GET"));
        network.Sent.ShouldBeEmpty();

        await stream.SendDeltaAsync(11, Wire.Route("s1", 11, "http://b", generation: 2));
        (await Eventually.Within(sending, "an answer")).StatusCode.ShouldBe(HttpStatusCode.OK);
        network.Sent.Single().Uri.ShouldStartWith("http://b/");
    }

    [Fact]
    public async Task NoOwner_UntilTheDeadline_FailsNamingTheShard()
    {
        var time = new ManualTimeProvider();
        await using var fixture = new RouterFixture();
        await fixture.StartAsync(address: null);
        using var client = Client(fixture, new StubHandler((_, _) => StubHandler.Answer(HttpStatusCode.OK)), Quick, time);
        var sending = client.SendAsync(Request("GET").SetShardDeadline(TimeSpan.FromSeconds(3)));
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(3));
        time.Advance(TimeSpan.FromSeconds(3));

        var failure = await Should.ThrowAsync<HttpRequestException>(sending.WaitAsync(Eventually.Patience));
        failure.Message.ShouldContain("shard s1");
        failure.Message.ShouldContain("no owner");
    }

    private static HttpClient Client(
        RouterFixture fixture, StubHandler network, ShardRoutingOptions? options = null, TimeProvider? time = null) =>
        new(new ShardRoutingHandler(fixture.Router, options ?? Quick, time) { InnerHandler = network });

    private static HttpRequestMessage Request(string method, string? body = null) =>
        new HttpRequestMessage(new HttpMethod(method), "http://shards/orders/7")
        {
            Content = body is null ? null : new StringContent(body),
        }.SetShardKey("7");

    private static HttpResponseMessage Misdirected(string address, long revision) => StubHandler.Answer(
        HttpStatusCode.MisdirectedRequest,
        (ShardHeaders.Shard, "s1"),
        (ShardHeaders.Revision, $"{revision}"),
        (ShardHeaders.Generation, "2"),
        (ShardHeaders.Owner, "b"),
        (ShardHeaders.OwnerAddress, address));
}
