using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Divvy.Coordination.Admin;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Tests.Fixtures;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Tests.Admin;

/// <summary>The admin API over HTTP; on the embedded store, since nothing in it depends on which store it is.</summary>
public sealed class AdminApiTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    private const string Root = $"/api/v1/namespaces/{TestCluster.Space}";

    [Fact]
    public async Task Namespaces_CreateChangeList_ShowTheSettings()
    {
        await using var cluster = await StartAsync();
        using var http = await cluster.First.ServeAsync();

        var created = await http.PostAsJsonAsync(
            "/api/v1/namespaces",
            new NamespaceCreate { Name = "users", Shards = 7, Mode = "affinity", Strategy = "rendezvous", Standbys = 1 },
            AdminJson.Default.NamespaceCreate);
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        created.Headers.Location!.ToString().ShouldBe("/api/v1/namespaces/users");
        var patched = await http.PatchAsync(
            "/api/v1/namespaces/users", Json("""{"standbys":2,"maxMovesInFlight":5,"strategy":"consistent-hash-bounded"}"""));
        patched.StatusCode.ShouldBe(HttpStatusCode.OK);

        var views = await http.GetFromJsonAsync("/api/v1/namespaces", AdminJson.Default.IReadOnlyListNamespaceView);
        var users = views!.Single(view => view.Name == "users");
        users.Shards.ShouldBe(7);
        users.Mode.ShouldBe("affinity");
        users.Strategy.ShouldBe("consistent-hash-bounded");
        users.Standbys.ShouldBe(2);
        users.MaxMovesInFlight.ShouldBe(5);
        users.SessionTtlMs.ShouldBe(10_000);
    }

    [Theory]
    [InlineData("POST", "/api/v1/namespaces", "{", 400, "JSON")]
    [InlineData("POST", "/api/v1/namespaces", "null", 400, "null")]
    [InlineData("POST", "/api/v1/namespaces", """{"nmae":"x"}""", 400, "nmae")]
    [InlineData("POST", "/api/v1/namespaces", """{"name":"a b"}""", 400, "'a b'")]
    [InlineData("POST", "/api/v1/namespaces", """{"name":"x","shards":0}""", 400, "shards is 0")]
    [InlineData("POST", "/api/v1/namespaces", """{"name":"x","mode":"both"}""", 400, "exclusive, affinity")]
    [InlineData("POST", "/api/v1/namespaces", """{"name":"x","standbys":3,"sessionTtlMs":1}""", 400, "sessionTtlMs is 1")]
    [InlineData("POST", "/api/v1/namespaces", """{"name":"orders"}""", 409, "PATCH")]
    [InlineData("PATCH", Root, """{"mode":"affinity"}""", 400, "never changes")]
    [InlineData("PATCH", Root, """{"shards":5}""", 400, "never changes")]
    [InlineData("GET", "/api/v1/namespaces/order", null, 404, "orders")]
    [InlineData("DELETE", "/api/v1/namespaces/order", null, 404, "orders")]
    [InlineData("GET", Root + "/shards/99", null, 404, "'99'")]
    [InlineData("POST", Root + "/shards/0/move", """{"to":"nobody"}""", 404, "nobody")]
    [InlineData("POST", Root + "/shards/0/move", "{}", 400, "to")]
    [InlineData("POST", Root + "/shards/0/pin", "{}", 400, "instance")]
    [InlineData("POST", Root + "/instances/nobody/cordon", null, 404, "nobody")]
    [InlineData("GET", Root + "/events?limit=0", null, 400, "limit is 0")]
    [InlineData("GET", Root + "/events?limit=many", null, 400, "many")]
    [InlineData("GET", "/api/v1/nothing", null, 404, "openapi")]
    [InlineData("POST", "/api/v1/namespaces", """{"name":"x","layout":"listed","shards":3}""", 400, "begins with none")]
    [InlineData("POST", "/api/v1/namespaces", """{"name":"x","layout":"round"}""", 400, "fixed, listed")]
    [InlineData("PATCH", Root, """{"layout":"listed"}""", 400, "layout is fixed and never changes")]
    [InlineData("POST", Root + "/shards", """{"shards":[{"id":"x"}]}""", 409, "fixed layout of 4 shards")]
    [InlineData("POST", Root + "/shards", """{"shards":[]}""", 400, "must name the shards")]
    [InlineData("POST", Root + "/shards/0/finish", null, 409, "fixed layout")]
    public async Task Request_ThatCannotBeDone_IsAProblemThatSaysWhy(
        string method, string path, string? body, int status, string mentions)
    {
        await using var cluster = await StartAsync();
        await cluster.JoinAsync("a");
        await cluster.SettledAsync(4);
        using var http = await cluster.First.ServeAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : Json(body) };

        using var answer = await http.SendAsync(request);

        ((int)answer.StatusCode).ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        problem.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain(mentions);
    }

    [Fact]
    public async Task ListedShards_AddAndFinish_ComeAndGo()
    {
        await using var cluster = await StartAsync();
        using var http = await cluster.First.ServeAsync();
        var created = await http.PostAsync("/api/v1/namespaces", Json("""{"name":"streams","layout":"listed"}"""));
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        var a = await cluster.JoinAsync("a", prepare: self => self.Namespace = "streams");
        const string Shards = "/api/v1/namespaces/streams/shards";

        var added = await http.PostAsync(
            Shards, Json("""{"shards":[{"id":"x","range":"00-80","parents":["old"]},{"id":"y"}]}"""));
        (await added.Content.ReadFromJsonAsync(AdminJson.Default.ShardsAdded))!.Shards
            .ShouldBe([new ShardAdded("x", "added"), new ShardAdded("y", "added")]);
        await a.UntilAsync(self => self.Active == 2, "both shards");
        var view = await http.GetFromJsonAsync($"{Shards}/x", AdminJson.Default.ShardView);
        view!.Parents.ShouldBe(["old"]);
        view.Range.ShouldBe("0000000000000000-0000000000000080");
        var space = await http.GetFromJsonAsync("/api/v1/namespaces/streams", AdminJson.Default.NamespaceView);
        space!.Layout.ShouldBe("listed");
        space.Shards.ShouldBe(2);

        a.Answers = role => role.Kind != RoleKind.RoleClosing;
        var finish = await http.PostAsync($"{Shards}/x/finish", null);
        finish.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await a.UntilRoleAsync("x", RoleKind.RoleClosing);
        await a.AnswerAsync("x");
        await a.UntilRoleAsync("x", RoleKind.RoleNone);
        var again = await http.PostAsync(Shards, Json("""{"shards":[{"id":"x"},{"id":"y"}]}"""));
        (await again.Content.ReadFromJsonAsync(AdminJson.Default.ShardsAdded))!.Shards
            .ShouldBe([new ShardAdded("x", "finished"), new ShardAdded("y", "exists")]);
    }

    [Theory]
    [InlineData("""{"shards":[{"id":"a b"}]}""", 400, "'a b'")]
    [InlineData("""{"shards":[{"id":"a","range":"9-1"}]}""", 400, "not behind its start")]
    [InlineData("""{"shards":[{"id":"a","range":"nine"}]}""", 400, "'nine'")]
    [InlineData("""{"shards":[{}]}""", 400, "letters")]
    [InlineData("""{"shards":[{"id":"a"},{"id":"a"}]}""", 400, "twice")]
    public async Task ListedShards_ThatCannotBe_AreAProblemThatSaysWhy(string body, int status, string mentions)
    {
        await using var cluster = await TestCluster.StartAsync(stores, StoreKind.Embedded, NamespaceConfig.Listed);
        using var http = await cluster.First.ServeAsync();

        var answer = await http.PostAsync($"{Root}/shards", Json(body));

        ((int)answer.StatusCode).ShouldBe(status);
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString()
            .ShouldNotBeNull().ShouldContain(mentions);
    }

    [Fact]
    public async Task Cordon_KeepsNewShardsAway_UncordonLetsThemIn()
    {
        await using var cluster = await StartAsync();
        using var http = await cluster.First.ServeAsync();
        var a = await cluster.JoinAsync("a");
        var b = await cluster.JoinAsync("b");
        await a.UntilAsync(self => self.Active == 2, "half of the shards");
        await cluster.SettledAsync(4);
        var say = await http.PostAsync($"{Root}/instances/a/cordon", null);
        (await say.Content.ReadFromJsonAsync(AdminJson.Default.InstanceView))!.Status.ShouldBe("cordoned");

        await b.DeregisterAsync();
        await cluster.UntilAsync(space => space.Instances.Count == 1, "b gone");
        var plan = await http.GetFromJsonAsync($"{Root}/plan", AdminJson.Default.PlanView);
        plan!.Unplaceable.Count.ShouldBe(2);
        a.Active.ShouldBe(2, "it keeps what it has");

        await http.PostAsync($"{Root}/instances/a/uncordon", null);
        await a.UntilAsync(self => self.Active == 4, "every shard after the uncordon");
    }

    [Fact]
    public async Task Drain_ByOperator_MovesEverythingAway()
    {
        await using var cluster = await StartAsync();
        using var http = await cluster.First.ServeAsync();
        var a = await cluster.JoinAsync("a");
        var b = await cluster.JoinAsync("b");
        await a.UntilAsync(self => self.Active == 2, "half of the shards");

        await http.PostAsync($"{Root}/instances/a/drain", null);

        await b.UntilAsync(self => self.Active == 4, "every shard");
        var views = await http.GetFromJsonAsync($"{Root}/instances", AdminJson.Default.IReadOnlyListInstanceView);
        views!.Select(view => (view.Id, view.Status, view.Shards)).ShouldBe([("a", "draining", 0), ("b", "active", 4)]);
    }

    [Fact]
    public async Task Pin_MovesTheShardThere_AndUnpinLetsItGo()
    {
        await using var cluster = await StartAsync();
        using var http = await cluster.First.ServeAsync();
        var a = await cluster.JoinAsync("a");
        await cluster.JoinAsync("b");
        await a.UntilAsync(self => self.Active == 2, "half of the shards");
        var shard = a.Owned[0];

        var pinned = await http.PostAsync($"{Root}/shards/{shard}/pin", Json("""{"instance":"b"}"""));
        pinned.StatusCode.ShouldBe(HttpStatusCode.OK);

        await cluster.UntilAsync(
            space => space.Shards[new(shard)].Record is { Phase: Core.Assignment.ShardPhase.Stable } record
                && record.Owner?.Instance.Value == "b",
            "the shard at b");
        var view = await http.GetFromJsonAsync($"{Root}/shards/{shard}", AdminJson.Default.ShardView);
        view!.Pin.ShouldBe("b");
        var unpinned = await http.PostAsync($"{Root}/shards/{shard}/unpin", null);
        (await unpinned.Content.ReadFromJsonAsync(AdminJson.Default.ShardView))!.Pin.ShouldBeNull();
    }

    [Fact]
    public async Task Move_ByOperator_IsPreparedLikeAnyOther()
    {
        await using var cluster = await StartAsync();
        using var http = await cluster.First.ServeAsync();
        var a = await cluster.JoinAsync("a");
        var b = await cluster.JoinAsync("b");
        await a.UntilAsync(self => self.Active == 2, "half of the shards");
        await cluster.SettledAsync(4);
        b.Answers = role => role.Kind == RoleKind.RoleActive;
        var shard = a.Owned[0];

        var moved = await http.PostAsync($"{Root}/shards/{shard}/move", Json("""{"to":"b"}"""));
        moved.StatusCode.ShouldBe(HttpStatusCode.OK);

        await b.UntilRoleAsync(shard, RoleKind.RolePreparing);
        b.Roles[shard].Reason.ShouldContain("operator");
        var again = await http.PostAsync($"{Root}/shards/{shard}/move", Json("""{"to":"a"}"""));
        again.StatusCode.ShouldBe(HttpStatusCode.OK, "it is where it is to go: nothing to change");
    }

    [Fact]
    public async Task PlanAndEvents_ShowWhatIsAndWasDone()
    {
        await using var cluster = await StartAsync();
        using var http = await cluster.First.ServeAsync();
        await cluster.JoinAsync("a");
        await cluster.SettledAsync(4);
        await cluster.UntilAsync(space => space.Events.Values.Sum(entry => entry.Batch.Events.Count) >= 4, "four events");

        var plan = await http.GetFromJsonAsync($"{Root}/plan", AdminJson.Default.PlanView);
        plan!.Shards.ShouldBe(4);
        plan.Changes.ShouldBeEmpty();
        var page = await http.GetFromJsonAsync($"{Root}/events?limit=3", AdminJson.Default.EventPage);
        page!.Events.Count.ShouldBe(3);
        page.Events.ShouldAllBe(entry => entry.Kind == "create" && entry.To!.StartsWith("a/") && entry.Server == "server-1");
        var rest = await http.GetFromJsonAsync($"{Root}/events?after={page.Next}", AdminJson.Default.EventPage);
        rest!.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task ServersHealthMetricsAndDocument_Answer()
    {
        await using var cluster = await StartAsync();
        using var http = await cluster.First.ServeAsync();
        await cluster.JoinAsync("a");
        await cluster.SettledAsync(4);
        await cluster.First.Log.WaitForAsync("Became leader for shard distribution");

        var server = await http.GetFromJsonAsync("/api/v1/servers", AdminJson.Default.ServerView);
        server!.Id.ShouldBe("server-1");
        server.Namespaces.Single().ShouldBe(new ServerNamespaceView(TestCluster.Space, "server-1", true));
        (await http.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync("/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var metrics = await http.GetStringAsync("/metrics");
        metrics.ShouldContain("divvy_shards{namespace=\"orders\",phase=\"stable\"} 4");
        metrics.ShouldContain("divvy_steps_total{kind=\"create\",namespace=\"orders\"} 4");
        metrics.ShouldContain("divvy_controller_leads{namespace=\"orders\"} 1");
        var document = JsonDocument.Parse(await http.GetStringAsync("/openapi/v1.json")).RootElement;
        var paths = document.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToList();
        paths.ShouldContain("/api/v1/namespaces/{ns}/shards/{shard}/move");
        paths.Count.ShouldBeGreaterThan(14);
    }

    private Task<TestCluster> StartAsync() =>
        TestCluster.StartAsync(stores, StoreKind.Embedded, new NamespaceConfig { Shards = 4 });

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
