using System.Net;
using Divvy.Client.AspNetCore;
using Divvy.Client.Http;
using Divvy.Client.Tests.Servers;
using Divvy.Core.Hosting;
using Divvy.Rpc.Sharding;
using Divvy.TestKit;
using Microsoft.AspNetCore.Http;

namespace Divvy.Client.Tests.AspNetCore;

public sealed class ShardHostMiddlewareTests
{
    [Fact]
    public async Task Owner_Request_RunsWithTheGenerationAndSaysWhoAnswered()
    {
        await using var service = await ServiceFixture.StartAsync();
        await ActiveAsync(service, generation: 7);
        var response = await service.Client.GetAsync("/generation/42");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync()).ShouldBe("7");
        Header(response, ShardHeaders.Shard).ShouldBe("s1");
        Header(response, ShardHeaders.Generation).ShouldBe("7");
        Header(response, ShardHeaders.Instance).ShouldBe("a");
    }

    [Fact]
    public async Task NoShardAndNoKey_Request_Passes()
    {
        await using var service = await ServiceFixture.StartAsync();
        (await service.Client.GetStringAsync("/free")).ShouldBe("free");
    }

    [Fact]
    public async Task NotOwner_Request_Gets421WithTheOwner()
    {
        await using var service = await ServiceFixture.StartAsync();
        var stream = await service.Hosting.StartAsync();
        await stream.SendAsync(Wire.Role("s1", 9, RoleKind.RoleStandby, 4, Wire.Peer("b", 2, "http://10.0.0.2:80")));
        await stream.ReadAckAsync(Acknowledgement.Ready);

        var response = await service.Client.SendAsync(Get());
        response.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        Header(response, ShardHeaders.Revision).ShouldBe("9");
        Header(response, ShardHeaders.Owner).ShouldBe("b");
        Header(response, ShardHeaders.OwnerAddress).ShouldBe("http://10.0.0.2:80");
    }

    [Theory]
    [InlineData(ShardHeaders.Namespace, "invoices", HttpStatusCode.MisdirectedRequest)]
    [InlineData(ShardHeaders.Generation, "seven", HttpStatusCode.BadRequest)]
    public async Task Header_ThatCannotBe_IsRefused(string name, string value, HttpStatusCode status)
    {
        await using var service = await ServiceFixture.StartAsync();
        await ActiveAsync(service);
        var request = Get();
        request.Headers.Add(name, value);
        (await service.Client.SendAsync(request)).StatusCode.ShouldBe(status);
    }

    [Fact]
    public async Task Fenced_Request_Gets503ThatMayBeRepeated()
    {
        await using var service = await ServiceFixture.StartAsync();
        await ActiveAsync(service, ttlMs: 10_000);
        service.Hosting.Time.Advance(TimeSpan.FromSeconds(10));
        var response = await service.Client.SendAsync(Get());

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        Header(response, ShardHeaders.NotExecuted).ShouldBe("1");
        response.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LostWhileRunning_Answer_IsWithheld(bool writes)
    {
        await using var service = await ServiceFixture.StartAsync();
        await ActiveAsync(service, ttlMs: 10_000);
        service.Work = async context =>
        {
            context.Response.Headers["X-Secret"] = "stale";
            service.Hosting.Time.Advance(TimeSpan.FromSeconds(10));
            context.GetShard().OwnershipEnded.IsCancellationRequested.ShouldBeTrue();
            if (writes)
                await context.Response.WriteAsync("stale");
        };
        var response = await service.Client.SendAsync(Get());

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        Header(response, ShardHeaders.NotExecuted).ShouldBe("0");
        response.Headers.Contains("X-Secret").ShouldBeFalse();
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("stale");
    }

    [Fact]
    public async Task LostAfterTheFirstBytes_Answer_IsCutOff()
    {
        await using var service = await ServiceFixture.StartAsync();
        await ActiveAsync(service, ttlMs: 10_000);
        service.Work = async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            service.Hosting.Time.Advance(TimeSpan.FromSeconds(10));
            await context.Response.WriteAsync("second");
        };
        await Should.ThrowAsync<HttpRequestException>(service.Client.SendAsync(Get()));
    }

    [Fact]
    public async Task Yielding_RequestRuns_YieldWaitsUntilItsAnswerLeft()
    {
        await using var service = await ServiceFixture.StartAsync();
        var stream = await ActiveAsync(service);
        var inside = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        service.Work = async context =>
        {
            inside.SetResult();
            await finish.Task;
            await context.Response.WriteAsync("done");
        };
        var answer = service.Client.SendAsync(Get());
        await Eventually.Within(inside.Task, "the request inside");
        await stream.SendAsync(Yielding("http://127.0.0.1:1"));
        await Eventually.Until(() => service.Host.Shards.Single().Role == ShardRole.Yielding, "the yielding role");
        service.Host.Shards.Single().RequestsInside.ShouldBe(1);
        service.Hosting.JournalEvents.ShouldNotContain(JournalEvent.Yielded);

        finish.SetResult();
        (await (await answer).Content.ReadAsStringAsync()).ShouldBe("done");
        await stream.ReadAckAsync(Acknowledgement.Yielded);
    }

    [Fact]
    public async Task Yielding_NewRequest_IsForwardedWithItsBodyAndWaitsThere()
    {
        await using var a = await ServiceFixture.StartAsync();
        await using var b = await ServiceFixture.StartAsync(options => options.InstanceId = "b");
        var streamA = await ActiveAsync(a);
        var streamB = await PreparedAsync(b);
        await streamA.SendAsync(Yielding(b.Address));
        await streamA.ReadAckAsync(Acknowledgement.Yielded);

        var request = new HttpRequestMessage(HttpMethod.Post, "/echo") { Content = new StringContent("forwarded body") };
        request.Headers.Add(ShardHeaders.Shard, "s1");
        var answer = a.Client.SendAsync(request);
        await Eventually.Until(() => b.Host.WaitingRequests == 1, "a request that waits at the next owner");
        answer.IsCompleted.ShouldBeFalse();

        await streamB.SendAsync(Wire.Role("s1", 7, RoleKind.RoleActive, 2));
        var response = await Eventually.Within(answer, "an answer");
        (await response.Content.ReadAsStringAsync()).ShouldBe("forwarded body");
        Header(response, ShardHeaders.Instance).ShouldBe("b");
        Header(response, ShardHeaders.Generation).ShouldBe("2");
    }

    [Fact]
    public async Task Yielding_NestedRequestOfARunningHandler_RunsHereInsteadOfWaitingForItself()
    {
        await using var service = await ServiceFixture.StartAsync();
        var stream = await ActiveAsync(service);
        var nested = "";
        var inner = false;
        service.Work = async context =>
        {
            if (inner)
            {
                await context.Response.WriteAsync("inner");
                return;
            }
            inner = true;
            await stream.SendAsync(Yielding("http://127.0.0.1:1"));
            await Eventually.Until(() => service.Host.Shards.Single().Role == ShardRole.Yielding, "the yielding role");
            var request = Get();
            request.Headers.Add(ShardHeaders.Within, ShardScope.Current);
            nested = await (await service.Client.SendAsync(request)).Content.ReadAsStringAsync();
        };
        await service.Client.SendAsync(Get());
        nested.ShouldBe("inner");
        await stream.ReadAckAsync(Acknowledgement.Yielded);
    }

    [Fact]
    public async Task Forwarded_ToAnInstanceThatYields_Gets421InsteadOfAnotherHop()
    {
        await using var a = await ServiceFixture.StartAsync();
        var stream = await ActiveAsync(a);
        await stream.SendAsync(Yielding("http://127.0.0.1:1"));
        await stream.ReadAckAsync(Acknowledgement.Yielded);
        (await a.Client.SendAsync(Forwarded())).StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
    }

    [Fact]
    public async Task Yielding_NextOwnerUnreachable_Gets503ThatMayBeRepeated()
    {
        await using var a = await ServiceFixture.StartAsync();
        var stream = await ActiveAsync(a);
        await stream.SendAsync(Yielding($"http://127.0.0.1:{FreePort.Probe()}"));
        await stream.ReadAckAsync(Acknowledgement.Yielded);
        var response = await a.Client.SendAsync(Get());

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        Header(response, ShardHeaders.NotExecuted).ShouldBe("1");
    }

    [Fact]
    public async Task Prepared_MoreRequestsThanMayWait_Gets503()
    {
        await using var b = await ServiceFixture.StartAsync(options => options.TotalQueueLimit = options.QueueLimit = 1);
        var stream = await PreparedAsync(b);
        var waiting = b.Client.SendAsync(Forwarded());
        await Eventually.Until(() => b.Host.WaitingRequests == 1, "a request that waits");

        (await b.Client.SendAsync(Forwarded())).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await stream.SendAsync(Wire.Role("s1", 7, RoleKind.RoleActive, 2));
        (await Eventually.Within(waiting, "an answer")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Prepared_MoveCalledOff_ReleasesWhoWaitsWith421()
    {
        await using var b = await ServiceFixture.StartAsync();
        var stream = await PreparedAsync(b);
        var waiting = b.Client.SendAsync(Forwarded());
        await Eventually.Until(() => b.Host.WaitingRequests == 1, "a request that waits");

        await stream.SendAsync(Wire.Role("s1", 7, RoleKind.RoleNone, 1, Wire.Peer("a", 100, "http://10.0.0.1:80")));
        var response = await Eventually.Within(waiting, "an answer");
        response.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
        Header(response, ShardHeaders.OwnerAddress).ShouldBe("http://10.0.0.1:80");
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    private static HttpRequestMessage Get()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/work");
        request.Headers.Add(ShardHeaders.Shard, "s1");
        return request;
    }

    private static HttpRequestMessage Forwarded()
    {
        var request = Get();
        request.Headers.Add(ShardHeaders.Forwarded, "1");
        return request;
    }

    private static Role Yielding(string next) =>
        Wire.Role("s1", 6, RoleKind.RoleYielding, 1, Wire.Peer("b", 200, next));

    private static async Task<FakeSession> ActiveAsync(ServiceFixture service, int ttlMs = 60_000, long generation = 1)
    {
        var stream = await service.Hosting.StartAsync(100, ttlMs, Wire.Role("s1", 5, RoleKind.RoleActive, generation));
        await stream.ReadAckAsync(Acknowledgement.Active);
        return stream;
    }

    private static async Task<FakeSession> PreparedAsync(ServiceFixture service)
    {
        var stream = await service.Hosting.StartAsync(200, 60_000, Wire.Role("s1", 6, RoleKind.RolePrepared));
        await stream.ReadAckAsync(Acknowledgement.Ready);
        return stream;
    }
}
