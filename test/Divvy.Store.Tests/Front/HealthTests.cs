using System.Net;
using Divvy.TestKit.Etcd;

namespace Divvy.Store.Tests.Front;

/// <summary>Health and version over HTTP.</summary>
public sealed class HealthTests
{
    [EtcdFact]
    public async Task HealthAndVersion_OfAHealthyServer_AreAsOfEtcd()
    {
        await using var process = await EtcdProcess.StartNewAsync();
        await using var host = await StoreHost.StartAsync();
        using var etcd = new HttpClient { BaseAddress = new Uri(process.Endpoint) };
        using var store = new HttpClient { BaseAddress = host.Address };
        foreach (var path in new[]
        {
            "/health", "/health?serializable=true", "/health?exclude=NOSPACE", "/health?serializable=no", "/version",
        })
            (await HttpAnswer.GetAsync(store, path)).ShouldBe(await HttpAnswer.GetAsync(etcd, path), path);

        var post = await HttpAnswer.PostAsync(store, "/health", "");
        post.ShouldBe(await HttpAnswer.PostAsync(etcd, "/health", ""));
        post.Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Version_NamesTheStore()
    {
        await using var host = await StoreHost.StartAsync();
        using var client = new HttpClient { BaseAddress = host.Address };

        (await client.GetStringAsync("/version"))
            .ShouldBe($$"""{"etcdserver":"{{EmbeddedStore.Version}}","etcdcluster":"3.4.0"}""");
    }

    [Fact]
    public async Task Health_OverQuota_SaysWhyUnlessTheAlarmIsExcluded()
    {
        await using var host = await StoreHost.StartAsync(new EmbeddedStoreOptions { QuotaBytes = 1 });
        using var client = new HttpClient { BaseAddress = host.Address };
        await HttpAnswer.PostAsync(client, "/v3/kv/put", """{"key":"Zm9v","value":"YmFy"}""");
        var full = await HttpAnswer.PostAsync(client, "/v3/kv/put", """{"key":"Zm9v","value":"YmFy"}""");
        full.Status.ShouldBe(HttpStatusCode.TooManyRequests);

        var health = await HttpAnswer.GetAsync(client, "/health");
        var excluded = await HttpAnswer.GetAsync(client, "/health?exclude=CORRUPT&exclude=NOSPACE");
        var ready = await HttpAnswer.GetAsync(client, "/readyz");

        health.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        health.Body.ShouldBe("""{"health":"false","reason":"ALARM NOSPACE"}""" + "\n");
        excluded.Status.ShouldBe(HttpStatusCode.OK);
        ready.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/livez", "ok\n")]
    [InlineData("/livez?verbose", "[+]serializable_read ok\nok\n")]
    [InlineData("/readyz", "ok\n")]
    [InlineData(
        "/readyz?verbose",
        "[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n[+]non_learner ok\nok\n")]
    [InlineData(
        "/readyz?verbose&exclude=linearizable_read&exclude=non_learner",
        "[+]data_corruption ok\n[+]serializable_read ok\nok\n")]
    [InlineData("/readyz/linearizable_read?verbose", "[+]linearizable_read ok\nok\n")]
    public async Task Checks_OfAHealthyServer_Pass(string path, string body)
    {
        await using var host = await StoreHost.StartAsync();
        using var client = new HttpClient { BaseAddress = host.Address };

        var answer = await HttpAnswer.GetAsync(client, path);

        answer.ShouldBe(new HttpAnswer(HttpStatusCode.OK, "text/plain; charset=utf-8", body));
    }

    [Fact]
    public async Task Checks_UnknownName_IsNotFound()
    {
        await using var host = await StoreHost.StartAsync();
        using var client = new HttpClient { BaseAddress = host.Address };

        (await HttpAnswer.GetAsync(client, "/livez/linearizable_read")).Status.ShouldBe(HttpStatusCode.NotFound);
    }
}
