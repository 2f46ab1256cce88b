using System.Net;
using Divvy.Rpc;
using Divvy.Rpc.InProcess;
using Divvy.Rpc.Listening;
using Divvy.Rpc.Server;
using Divvy.Store.Front;
using Divvy.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Divvy.Store.Tests;

/// <summary>An embedded store on a loopback port of its own.</summary>
public sealed class StoreHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private StoreHost(WebApplication app, EmbeddedStore store, InProcessChannel channel, Uri address)
    {
        this.app = app;
        Channel = channel;
        Store = store;
        Address = address;
    }

    public EmbeddedStore Store { get; }

    public Uri Address { get; }

    /// <summary>The address as clients take it.</summary>
    public string Endpoint => Address.GetLeftPart(UriPartial.Authority);

    /// <summary>A way past the port.</summary>
    public InProcessChannel Channel { get; }

    public static async Task<StoreHost> StartAsync(EmbeddedStoreOptions? options = null)
    {
        var port = FreePort.Probe();
        var address = new Uri($"http://127.0.0.1:{port}");
        var store = EmbeddedStore.Open((options ?? new EmbeddedStoreOptions { Name = "test" }) with
        {
            PasswordIterations = 1000,
            AdvertiseClientUrls = [address.GetLeftPart(UriPartial.Authority)],
        });
        var services = new RpcServices();
        store.MapTo(services);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ListenDual(new IPEndPoint(IPAddress.Loopback, port));
        var app = builder.Build();
        app.UseRpc(services);
        var channel = new InProcessChannel(services);
        app.UseEtcdFront(store.CreateFront(services, channel));
        await app.StartAsync();
        return new StoreHost(app, store, channel, address);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await app.DisposeAsync();
        await Channel.DisposeAsync();
    }
}
