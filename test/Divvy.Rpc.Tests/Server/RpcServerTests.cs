using System.Net;
using Divvy.Rpc.Client;
using Divvy.Rpc.Listening;
using Divvy.Rpc.Server;
using Divvy.Rpc.Tests.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Divvy.Rpc.Tests.Server;

/// <summary>How gRPC calls and the application share a server.</summary>
public sealed class RpcServerTests
{
    [Fact]
    public async Task UseRpc_WithoutAPortThatServesIt_SaysWhatIsMissing()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        Should.Throw<InvalidOperationException>(() => app.UseRpc(new RpcServices())).Message.ShouldContain("ListenDual");
    }

    [Fact]
    public async Task UseRpc_Twice_IsRefused()
    {
        await using var app = Build(ports: 1);
        app.UseRpc(new RpcServices());
        Should.Throw<InvalidOperationException>(() => app.UseRpc(new RpcServices()));
    }

    [Fact]
    public async Task Call_ToAnyPort_IsAnsweredBeforeTheApplication()
    {
        var seen = 0;
        await using var app = Build(ports: 2);
        app.Use(next =>
        {
            return http =>
            {
                Interlocked.Increment(ref seen);
                return next(http);
            };
        });
        app.UseRpc(new EchoService().Services);
        await app.StartAsync();
        foreach (var address in app.Urls)
        {
            await using var channel = new HttpChannel(new Uri(address));
            (await channel.UnaryAsync(EchoMethods.Unary, new Ping { Text = "a" })).Text.ShouldBe("a");
        }

        seen.ShouldBe(0);
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(app.Urls.First()));
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        seen.ShouldBe(1);
    }

    [Fact]
    public async Task Request_BeforeHandlersAreGiven_GoesToTheApplication()
    {
        await using var app = Build(ports: 1);
        await app.StartAsync();
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(app.Urls.First()));
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static WebApplication Build(int ports)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        for (var i = 0; i < ports; i++)
            builder.WebHost.ListenDual(new IPEndPoint(IPAddress.Loopback, 0));
        return builder.Build();
    }
}
