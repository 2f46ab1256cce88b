using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;

namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>Servers over one store, under a prefix no other test uses, and the instances a test plays. Disposing it stops
/// all.</summary>
internal sealed class TestCluster(StoreFixture stores, StoreKind kind) : IAsyncDisposable
{
    public const string Space = "orders";

    private static int lastPrefix;

    private readonly List<TestServer> servers = [];
    private readonly List<ScriptedInstance> instances = [];

    public string Prefix { get; } = $"/t{Interlocked.Increment(ref lastPrefix)}";

    public StoreLayout Layout => new(Prefix);

    public TestServer First => servers[0];

    public NamespaceSnapshot Now => First.Server.Mirror.Current.Get(Space);

    /// <summary>Starts servers and a namespace.</summary>
    public static async Task<TestCluster> StartAsync(
        StoreFixture stores, StoreKind kind, NamespaceConfig config, int servers = 1)
    {
        var cluster = new TestCluster(stores, kind);
        for (var index = 0; index < servers; index++)
            await cluster.AddServerAsync();
        await cluster.First.Server.EnsureNamespaceAsync(Space, config);
        return cluster;
    }

    public async Task<TestServer> AddServerAsync(
        Func<CoordinationOptions, CoordinationOptions>? change = null, Func<IEtcdClient, IEtcdClient>? wrap = null)
    {
        var connection = await stores.ConnectAsync(kind);
        var options = new CoordinationOptions
        {
            ServerId = $"server-{servers.Count + 1}",
            Prefix = Prefix,
            SessionTtl = TimeSpan.FromSeconds(10),
            ControllerTtl = TimeSpan.FromSeconds(2),
            SettleDelay = TimeSpan.FromMilliseconds(50),
        };
        var server = new TestServer(
            change?.Invoke(options) ?? options, wrap?.Invoke(connection.Client) ?? connection.Client, connection);
        servers.Add(server);
        await server.Server.StartAsync();
        return server;
    }

    /// <summary>An instance that answers every role as it should, unless told otherwise.</summary>
    public async Task<ScriptedInstance> JoinAsync(
        string id, TestServer? server = null, Action<ScriptedInstance>? prepare = null)
    {
        var instance = new ScriptedInstance(id);
        prepare?.Invoke(instance);
        instances.Add(instance);
        await instance.ConnectAsync((server ?? First).Channel);
        return instance;
    }

    /// <summary>Waits until the first server sees the namespace in a state.</summary>
    public async Task<NamespaceSnapshot> UntilAsync(Func<NamespaceSnapshot, bool> condition, string what)
    {
        var snapshot = await First.Server.Mirror.WaitUntilAsync(state => condition(state.Get(Space)), default).Within(what);
        return snapshot.Get(Space);
    }

    /// <summary>Waits until every shard is stable at an instance that lives.</summary>
    public Task<NamespaceSnapshot> SettledAsync(int shards) => UntilAsync(
        space => space.Shards.Count == shards && space.Shards.Values.All(shard =>
            shard.Record is { Phase: Core.Assignment.ShardPhase.Stable, Owner: { } owner } && space.IsLive(owner)),
        $"{shards} shards stable at live owners");

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in instances)
            await instance.DisposeAsync();
        foreach (var server in servers)
            await server.DisposeAsync();
    }
}
