using System.Collections.Concurrent;
using System.Collections.Immutable;
using Divvy.Consensus.Raft;
using Divvy.Store.Replication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Store.Peers;

/// <summary>Messages between members over TCP, in clear or with mutual TLS.
/// <para><b>Connections.</b> Each member keeps one connection to each other one; on it go its Raft messages, requests
/// and snapshots, and the answers come back. So two members have two connections, and each side decides alone when its
/// own is dead: a ping goes out all the time, and when nothing comes back the connection is made anew, after a wait
/// that grows and is spread by chance. The listening side closes what has gone silent.</para>
/// <para><b>Hello.</b> Either side says at first which member of which cluster it is, and the opener whom it means to
/// reach. A wrong cluster, a wrong member and a member that was removed are refused, with a reason that both sides log
/// (see <see cref="PeerRegistry"/> for who is let in). Messages carry no sender: it is that of the hello.</para>
/// <para><b>Lanes.</b> Control before log before requests before snapshot chunks: see <see cref="OutgoingLanes"/>. A
/// full lane drops, and a drop of a Raft message is told to the receiver, which then probes. Snapshot chunks need
/// credit, which the receiver grants as its disk takes them: neither a slow disk nor a large snapshot can delay a
/// heartbeat by more than the window (<see cref="PeerLimits.SnapshotWindow"/>).</para>
/// <para><b>Damage.</b> Every frame has a checksum and every length a limit; what breaks either ends the connection,
/// not the process. A snapshot has a SHA-256 over all of it besides, and is delivered only when that held.</para>
/// Thread-safe.</summary>
public sealed class PeerTransport : IPeerTransport
{
    internal const string PartialSuffix = ".part";
    internal const string ReceivedSuffix = ".received";

    private readonly PeerTransportOptions options;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly IPeerObserver? observer;
    private readonly PeerTls? tls;
    private readonly ConcurrentDictionary<NodeId, PeerCounters> counters = [];
    private readonly List<PeerListener> listeners = [];
    private PeerRegistry? registry;

    /// <summary>Reads the certificates; opens nothing yet.
    /// <exception cref="ArgumentException">The options are not sound; lists every complaint.</exception>
    /// <exception cref="InvalidOperationException">A certificate cannot be read; names the file.</exception></summary>
    public PeerTransport(
        PeerTransportOptions options,
        ILogger<PeerTransport>? logger = null,
        TimeProvider? time = null,
        IPeerObserver? observer = null)
    {
        if (options.Validate() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        this.options = options;
        this.logger = logger ?? NullLogger<PeerTransport>.Instance;
        this.time = time ?? TimeProvider.System;
        this.observer = observer;
        tls = options.Tls is { } files ? new PeerTls(files) : null;
    }

    /// <summary>Where this member listens, with the ports it got; empty before <see cref="Start"/>.</summary>
    public IReadOnlyList<Uri> ListenUrls => listeners.ConvertAll(listener => listener.Url);

    /// <summary>What has passed between this member and others, for metrics.</summary>
    public IReadOnlyDictionary<NodeId, PeerCounters> Counters => counters;

    private PeerRegistry Registry =>
        registry ?? throw new InvalidOperationException("the transport between members was not started");

    /// <inheritdoc/>
    /// <exception cref="IOException">It cannot listen, or the snapshot folder cannot be made; says why.</exception>
    public void Start(IPeerReceiver receiver)
    {
        if (registry is not null)
            throw new InvalidOperationException("the transport between members is started once");
        PrepareFolder();
        var context = new PeerLinkContext
        {
            Options = options,
            Dialer = new PeerDialer(tls, time, options.DialTimeout),
            Receiver = receiver,
            Observer = observer,
            Time = time,
            Logger = logger,
            CountersOf = id => counters.GetOrAdd(id, static _ => new PeerCounters()),
            AdvertisedUrls = () => options.AdvertiseUrls.Count > 0 ? options.AdvertiseUrls : ListenUrls,
        };
        registry = new PeerRegistry(context);
        foreach (var url in options.ListenUrls)
        {
            listeners.Add(PeerListener.Open(url, registry, context, tls));
            logger.Listening(listeners[^1].Url);
        }
    }

    /// <inheritdoc/>
    public void SetPeers(IReadOnlyList<PeerAddress> peers)
    {
        if (peers.FirstOrDefault(peer => peer.Id == options.Self || peer.Id.IsNone) is { } odd)
            throw new ArgumentException($"{odd.Label} is not another member", nameof(peers));
        Registry.SetPeers(peers);
    }

    /// <inheritdoc/>
    public void Send(ImmutableArray<Message> messages)
    {
        var all = Registry;
        foreach (var message in messages)
        {
            if (message.Kind == MessageKind.InstallSnapshot)
                throw new ArgumentException("a snapshot goes by SendSnapshot", nameof(messages));
            if (all.Find(message.To) is { } link)
                link.Send(message);
        }
    }

    /// <inheritdoc/>
    public void SendSnapshot(Message install, ISnapshotSource source)
    {
        if (install is not { Kind: MessageKind.InstallSnapshot, Snapshot: not null })
            throw new ArgumentException($"a message {install.Kind} announces no snapshot", nameof(install));
        Registry.SendSnapshot(install, source);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        NodeId to, ReadOnlyMemory<byte> request, CancellationToken cancellationToken) =>
        Registry.Find(to) is { } link
            ? link.RequestAsync(request, cancellationToken)
            : throw new PeerUnavailableException($"member {to} is not known here");

    /// <summary>Closes every connection, ends transfers under way and waits until nothing runs any more.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var listener in listeners)
            await listener.DisposeAsync().ConfigureAwait(false);
        if (registry is not null)
            await registry.DisposeAsync().ConfigureAwait(false);
        tls?.Dispose();
    }

    private void PrepareFolder()
    {
        try
        {
            Directory.CreateDirectory(options.SnapshotFolder);
            foreach (var suffix in new[] { PartialSuffix, ReceivedSuffix })
            {
                foreach (var leftover in Directory.EnumerateFiles(options.SnapshotFolder, $"*{suffix}"))
                    File.Delete(leftover);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"cannot prepare the folder {options.SnapshotFolder} for snapshots: {failure.Message}", failure);
        }
    }
}
