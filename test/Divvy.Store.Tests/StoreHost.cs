using System.Net;
using Divvy.Rpc;
using Divvy.Rpc.Listening;
using Divvy.Rpc.Server;
using Divvy.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Divvy.Store.Tests;

/// <summary>An embedded store on a loopback port of its own.</summary>
public sealed class StoreHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private StoreHost(WebApplication app, EmbeddedStore store, Uri address)
    {
        this.app = app;
        Store = store;
        Address = address;
    }

    public EmbeddedStore Store { get; }

    public Uri Address { get; }

    public static async Task<StoreHost> StartAsync()
    {
        var port = FreePort.Probe();
        var address = new Uri($"http://127.0.0.1:{port}");
        var store = new EmbeddedStore(new EmbeddedStoreOptions
        {
            Name = "test",
            AdvertiseClientUrls = [address.GetLeftPart(UriPartial.Authority)],
        });
        var services = new RpcServices();
        store.MapTo(services);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ListenDual(new IPEndPoint(IPAddress.Loopback, port));
        var app = builder.Build();
        app.UseRpc(services);
        await app.StartAsync();
        return new StoreHost(app, store, address);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await app.DisposeAsync();
    }
}
