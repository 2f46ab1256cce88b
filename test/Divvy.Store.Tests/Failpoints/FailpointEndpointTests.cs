using System.Net;
using Divvy.Store.Failpoints;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Divvy.Store.Tests.Failpoints;

/// <summary>gofail's HTTP protocol over a real port.</summary>
public sealed class FailpointEndpointTests : IAsyncLifetime
{
    private readonly FailpointRegistry registry = new();
    private readonly HttpClient http = new();
    private WebApplication? server;

    public async Task InitializeAsync()
    {
        registry.Define("walBeforeSync");
        registry.Define("defragBeforeCopy");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server = builder.Build();
        server.MapFailpoints(registry);
        await server.StartAsync();
        http.BaseAddress = new Uri(server.Urls.First());
    }

    public async Task DisposeAsync()
    {
        http.Dispose();
        await server!.DisposeAsync();
    }

    [Fact]
    public async Task Protocol_SetReadCountClear_AnswersAsGofailDoes()
    {
        (await http.GetStringAsync("/")).ShouldBe("defragBeforeCopy=\nwalBeforeSync=\n");
        (await PutAsync("/walBeforeSync", "sleep(1)")).ShouldBe(HttpStatusCode.NoContent);
        registry.Find("walBeforeSync")!.Hit();
        (await http.GetStringAsync("/walBeforeSync")).ShouldBe("sleep(1)\n");
        (await http.GetStringAsync("/walBeforeSync/count")).ShouldBe("1");
        (await PutAsync("/failpoints", "walBeforeSync=off;defragBeforeCopy=sleep(5)")).ShouldBe(HttpStatusCode.NoContent);
        (await http.GetStringAsync("/")).ShouldBe("defragBeforeCopy=sleep(5)\nwalBeforeSync=off\n");
        (await http.DeleteAsync("/defragBeforeCopy")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await http.DeleteAsync("/defragBeforeCopy")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Protocol_WrongRequests_AreRefused()
    {
        (await http.GetAsync("/nowhere")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await PutAsync("/nowhere", "sleep(1)")).ShouldBe(HttpStatusCode.BadRequest);
        (await PutAsync("/walBeforeSync", "40%sleep(1)")).ShouldBe(HttpStatusCode.BadRequest);
        (await PutAsync("/failpoints", "nowhere=off")).ShouldBe(HttpStatusCode.BadRequest);
        (await http.PostAsync("/walBeforeSync", null)).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    private async Task<HttpStatusCode> PutAsync(string path, string terms) =>
        (await http.PutAsync(path, new StringContent(terms))).StatusCode;
}
