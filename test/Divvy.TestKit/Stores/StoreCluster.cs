using Divvy.Rpc;
using Divvy.Rpc.InProcess;
using Divvy.Store;
using Divvy.Store.Wal;

namespace Divvy.TestKit.Stores;

/// <summary>Members of one cluster in this process, with peers' connections on loopback and data folders of their
/// own.</summary>
public sealed class StoreCluster : IAsyncDisposable
{
    private readonly TempDirectory folder = new();
    private readonly List<InitialMember> members = [];
    private readonly SortedDictionary<string, (EmbeddedStore Store, RpcServices Services, InProcessChannel Channel)>
        running = [];

    public StoreCluster(int size = 3)
    {
        for (var i = 1; i <= size; i++)
            members.Add(new InitialMember($"n{i}", [$"http://127.0.0.1:{FreePort.Probe()}"]));
        foreach (var member in members)
            Start(member.Name);
    }

    public IReadOnlyList<string> Names => members.ConvertAll(member => member.Name);

    public string FolderOf(string name) => Path.Combine(folder.Path, name);

    /// <summary>Where clients find the members, with <see cref="Open"/> for a way there.</summary>
    public IReadOnlyList<Uri> Endpoints => members.ConvertAll(member => new Uri($"http://{member.Name}:2379"));

    public InProcessChannel Channel(string name) => running[name].Channel;

    /// <summary>A new channel to one of the <see cref="Endpoints"/>.</summary>
    public IRpcChannel Open(Uri endpoint) => new InProcessChannel(
        running[endpoint.Host].Services, target: endpoint.OriginalString);

    public EmbeddedStore Store(string name) => running[name].Store;

    public void Start(string name)
    {
        var self = members.Find(member => member.Name == name)!;
        var store = EmbeddedStore.Open(new EmbeddedStoreOptions
        {
            Name = name,
            DataDirectory = FolderOf(name),
            InitialCluster = members,
            Peers = new PeerOptions { ListenUrls = [new Uri(self.PeerUrls[0])] },
            AdvertisePeerUrls = self.PeerUrls,
            AdvertiseClientUrls = [$"http://{name}:2379"],
            HeartbeatInterval = TimeSpan.FromMilliseconds(50),
            ElectionTimeout = TimeSpan.FromMilliseconds(500),
            Wal = new WalOptions { SegmentSize = 1 << 20 },
        });
        var services = new RpcServices();
        store.MapTo(services);
        running.Add(name, (store, services, new InProcessChannel(services)));
    }

    public async Task StopAsync(string name)
    {
        var (store, _, channel) = running[name];
        running.Remove(name);
        await channel.DisposeAsync().ConfigureAwait(false);
        await store.DisposeAsync().ConfigureAwait(false);
    }

    public async Task ReadyAsync()
    {
        foreach (var (store, _, _) in running.Values)
            await store.Ready.WaitAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var name in running.Keys.ToArray())
            await StopAsync(name).ConfigureAwait(false);
        folder.Dispose();
    }
}
