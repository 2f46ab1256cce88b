using Divvy.Cli.Parsing;
using Divvy.Store;
using Divvy.Store.Peers;

namespace Divvy.Cli.Serving;

/// <summary>The embedded store of a server, as the command line describes it.</summary>
internal sealed record StoreSettings
{
    /// <summary>Where the member keeps its log and snapshots; null: in memory.</summary>
    public string? DataDirectory { get; init; }

    public string Name { get; init; } = new EmbeddedStoreOptions().Name;

    /// <summary>The members of a new cluster; null: this one alone, or one that joins.</summary>
    public PeerList? Peers { get; init; }

    /// <summary>Members of a running cluster to join; null: none.</summary>
    public IReadOnlyList<PeerUrl>? Join { get; init; }

    /// <summary>Where the others reach this member; null: what <see cref="Peers"/> says.</summary>
    public IReadOnlyList<PeerUrl>? PeerUrls { get; init; }

    /// <summary>Where it listens to them; null: there as well.</summary>
    public IReadOnlyList<PeerUrl>? PeerListen { get; init; }

    public string ClusterToken { get; init; } = new EmbeddedStoreOptions().ClusterToken;

    /// <summary>Where clients are told to connect; null: where the server listens.</summary>
    public string? ClientUrl { get; init; }

    public TimeSpan HeartbeatInterval { get; init; } = new EmbeddedStoreOptions().HeartbeatInterval;

    public TimeSpan ElectionTimeout { get; init; } = new EmbeddedStoreOptions().ElectionTimeout;

    public long QuotaBytes { get; init; } = new EmbeddedStoreOptions().QuotaBytes;

    public long SnapshotBytes { get; init; } = new EmbeddedStoreOptions().SnapshotBytes;

    /// <summary>Where failpoints can be set over HTTP; null: nowhere.</summary>
    public ListenAddress? Failpoints { get; init; }

    /// <summary>Failpoints that are set from the start, as gofail writes them.</summary>
    public string? FailpointPresets { get; init; }

    /// <summary>Certificates between members; null: in clear.</summary>
    public PeerTlsOptions? PeerTls { get; init; }

    /// <summary>Whether metrics have the time each method takes.</summary>
    public bool HasExtensiveMetrics { get; init; }

    /// <summary>Where the others reach this member, however that was said.</summary>
    public IReadOnlyList<string> OwnPeerUrls => PeerUrls is { } said
        ? [.. said.Select(url => url.Text)]
        : Peers?.Members.FirstOrDefault(member => member.Name == Name)?.PeerUrls ?? [];

    /// <summary>The store's own settings.</summary>
    /// <param name="clientUrl">Where the server listens.</param>
    /// <param name="trustsCertificates">Clients show certificates that name users.</param>
    /// <param name="joined">The cluster to join.</param>
    public EmbeddedStoreOptions ToOptions(string clientUrl, bool trustsCertificates, JoinedCluster? joined)
    {
        var own = OwnPeerUrls;
        var listen = PeerListen?.Select(url => url.Url).ToList() ?? [.. own.Select(url => new Uri(url))];
        return new EmbeddedStoreOptions
        {
            Name = Name,
            DataDirectory = DataDirectory,
            InitialCluster = Peers?.Members ?? [],
            Join = joined,
            Peers = listen.Count == 0 ? null : new PeerOptions { ListenUrls = listen, Tls = PeerTls },
            ClusterToken = ClusterToken,
            AdvertisePeerUrls = own,
            AdvertiseClientUrls = [ClientUrl ?? clientUrl],
            HeartbeatInterval = HeartbeatInterval,
            ElectionTimeout = ElectionTimeout,
            QuotaBytes = QuotaBytes,
            SnapshotBytes = SnapshotBytes,
            TrustClientCertificates = trustsCertificates,
        };
    }
}
