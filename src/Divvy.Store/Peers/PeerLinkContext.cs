using Divvy.Consensus.Raft;
using Divvy.Store.Replication;
using Microsoft.Extensions.Logging;

namespace Divvy.Store.Peers;

/// <summary>What the links of one transport share.</summary>
internal sealed record PeerLinkContext
{
    public required PeerTransportOptions Options { get; init; }

    public required PeerDialer Dialer { get; init; }

    public required IPeerReceiver Receiver { get; init; }

    public required IPeerObserver? Observer { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    public required Func<NodeId, PeerCounters> CountersOf { get; init; }

    /// <summary>Where this member says it is reached.</summary>
    public required Func<IReadOnlyList<Uri>> AdvertisedUrls { get; init; }

    public Hello HelloTo(PeerAddress peer) => new()
    {
        ClusterId = Options.ClusterId,
        From = Options.Self,
        To = peer.Id,
        Name = Options.Name,
        Urls = AdvertisedUrls(),
    };

    /// <summary>Doubled with each round that failed, up to a limit, and spread by chance over half to once and a half,
    /// so that members that lost each other at one moment do not meet at one moment.</summary>
    public TimeSpan Backoff(int rounds)
    {
        var doubled = Options.FirstBackoff * Math.Pow(2, Math.Min(rounds, 30));
        var limited = doubled < Options.LastBackoff ? doubled : Options.LastBackoff;
        return limited * (0.5 + Random.Shared.NextDouble());
    }
}
