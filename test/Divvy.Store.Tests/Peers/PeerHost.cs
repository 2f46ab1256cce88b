using Divvy.Consensus.Raft;
using Divvy.Store.Peers;
using Divvy.Store.Replication;
using Divvy.TestKit;

namespace Divvy.Store.Tests.Peers;

/// <summary>A transport on loopback with everything it talks to written down.</summary>
internal sealed class PeerHost : IAsyncDisposable
{
    public const ulong Cluster = 0xC1;

    private readonly TempDirectory folder = new("peers");

    public PeerHost(
        ulong id,
        Func<PeerTransportOptions, PeerTransportOptions>? configure = null,
        TimeProvider? time = null,
        int port = 0,
        string scheme = "http")
    {
        var options = new PeerTransportOptions
        {
            Self = new NodeId(id),
            ClusterId = Cluster,
            Name = $"m{id}",
            ListenUrls = [new Uri($"{scheme}://127.0.0.1:{port}")],
            SnapshotFolder = folder.Path,
            DeadAfter = TimeSpan.FromSeconds(20),
        };
        options = configure?.Invoke(options) ?? options;
        Id = options.Self;
        Name = options.Name;
        Transport = new PeerTransport(options, Log, time, Observer);
        Transport.Start(Receiver);
    }

    public RecordingReceiver Receiver { get; } = new();

    public RecordingObserver Observer { get; } = new();

    public LogLines Log { get; } = new();

    public PeerTransport Transport { get; }

    public NodeId Id { get; }

    public string Name { get; }

    public PeerCounters CountersOf(PeerHost other) => Transport.Counters[other.Id];

    public PeerAddress Address => AddressAt(Transport.ListenUrls[0]);

    public string Folder => folder.Path;

    public PeerAddress AddressAt(Uri url) => new(Id, Name, [url]);

    public static async Task<(PeerHost First, PeerHost Second)> PairAsync(
        Func<PeerTransportOptions, PeerTransportOptions>? configure = null, TimeProvider? time = null)
    {
        var first = new PeerHost(1, configure, time);
        var second = new PeerHost(2, configure, time);
        first.Transport.SetPeers([second.Address]);
        second.Transport.SetPeers([first.Address]);
        await first.Observer.NextConnectedAsync();
        await second.Observer.NextConnectedAsync();
        return (first, second);
    }

    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync();
        folder.Dispose();
    }
}
