using Divvy.Client.Etcd;
using Divvy.Coordination.Admin;
using Divvy.Rpc;
using Divvy.Rpc.InProcess;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>One coordination server in this process, reached through an in-process channel.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly StoreConnection? connection;
    private WebApplication? web;
    private bool gone;

    public TestServer(CoordinationOptions options, IEtcdClient store, StoreConnection? connection = null)
    {
        this.connection = connection;
        Store = store;
        Options = options;
        Server = new CoordinationServer(options, store, TimeProvider.System, Log);
        var services = new RpcServices();
        Server.MapTo(services);
        Channel = new InProcessChannel(services);
    }

    public CoordinationOptions Options { get; }

    public IEtcdClient Store { get; }

    public LogCollector Log { get; } = new();

    public CoordinationServer Server { get; }

    public IRpcChannel Channel { get; }

    /// <summary>Serves the admin API on a free port and returns a client for it.</summary>
    public async Task<HttpClient> ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddAdminApi();
        web = builder.Build();
        Server.MapAdmin(web);
        await web.StartAsync();
        return new HttpClient { BaseAddress = new Uri(web.Urls.Single()) };
    }

    /// <summary>As if the process had been killed: it says nothing to anybody, its lease runs out.</summary>
    public async Task KillAsync()
    {
        gone = true;
        await connection!.DisposeAsync();
        await Channel.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (web is not null)
            await web.DisposeAsync();
        await Channel.DisposeAsync();
        await Server.DisposeAsync();
        if (!gone && connection is not null)
            await connection.DisposeAsync();
    }
}
