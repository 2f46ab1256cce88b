using System.Net;
using Divvy.Client.Etcd;
using Divvy.Client.Hosting;
using Divvy.Client.Servers;
using Divvy.Client.Tests.Servers;
using Divvy.Coordination;
using Divvy.Coordination.Layout;
using Divvy.Core.Hosting;
using Divvy.Rpc;
using Divvy.Rpc.InProcess;
using Divvy.Rpc.Listening;
using Divvy.Rpc.Server;
using Divvy.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Divvy.Client.Tests.EndToEnd;

/// <summary>Applications wired by the container, against a server on a port.</summary>
public sealed class ApplicationTests : IAsyncLifetime
{
    private const int Shards = 12;

    private readonly EmbeddedStore store = new(new EmbeddedStoreOptions());
    private EtcdClient? client;
    private CoordinationServer? server;
    private WebApplication? front;
    private Uri? address;

    public async Task InitializeAsync()
    {
        var storeServices = new RpcServices();
        store.MapTo(storeServices);
        client = EtcdClient.InProcess(new InProcessChannel(storeServices));
        server = new CoordinationServer(new CoordinationOptions { ServerId = "server-1" }, client);
        var services = new RpcServices();
        server.MapTo(services);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ListenDual(new IPEndPoint(IPAddress.Loopback, 0));
        front = builder.Build();
        front.UseRpc(services);
        await front.StartAsync();
        address = new Uri(front.Urls.First());
        await server.StartAsync();
        await server.EnsureNamespaceAsync("counters", new NamespaceConfig { Shards = Shards });
    }

    public async Task DisposeAsync()
    {
        await server!.DisposeAsync();
        await front!.DisposeAsync();
        await client!.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task Stop_OfAnApplication_MovesItsShardsBeforeItsServerStops()
    {
        await using var staying = await StartAsync("staying");
        var leaving = await StartAsync("leaving");
        await Eventually.Until(() => Owned(staying) == Shards / 2 && Owned(leaving) == Shards / 2, "an even start");
        var load = new CounterLoad(CounterApplication.Client(staying));
        await Eventually.Until(() => load.Answered > 50, "the first answers");

        await leaving.StopAsync();
        Owned(staying).ShouldBe(Shards);
        var before = load.Answered;
        await Eventually.Until(() => load.Answered > before + 50, "more answers");
        (await load.StopAsync()).ShouldBeEmpty();
        await leaving.DisposeAsync();
    }

    [Fact]
    public async Task Start_IdTaken_TellsWhoHasIt()
    {
        await using var first = await StartAsync("twin");
        await Eventually.Until(() => CounterApplication.Host(first).HasSession, "a session");
        await using var channels = ServerChannels.Connect([address!]);
        var options = new ShardHostOptions
        {
            Namespace = "counters",
            InstanceId = "twin",
            Servers = [address!],
            Address = new Uri("http://127.0.0.1:1"),
            RegisterTimeout = TimeSpan.FromSeconds(1),
        };
        await using var second = new ShardHost(options, new CounterHandler(), channels);

        var failure = await Should.ThrowAsync<ShardHostException>(second.StartAsync());
        failure.InstanceIdTaken.ShouldBeTrue();
        failure.Message.ShouldContain(first.Urls.Single());
    }

    [Fact]
    public async Task Start_WrongOptions_NamesEveryErrorAtOnce()
    {
        var failure = await Should.ThrowAsync<OptionsValidationException>(
            CounterApplication.StartAsync("a", options => options.Capacity = -1));
        failure.Message.ShouldContain("Capacity");
        failure.Message.ShouldContain("Servers");
    }

    private Task<WebApplication> StartAsync(string id) =>
        CounterApplication.StartAsync(id, options => options.Servers = [address!]);

    private static int Owned(WebApplication app) => CounterApplication.Host(app).Shards
        .Count(shard => shard.Role == ShardRole.Active && shard.Held == HeldState.Added);
}
