using Divvy.Consensus.Raft;

namespace Divvy.Store.Peers;

/// <summary>How a member talks to the others.</summary>
public sealed record PeerTransportOptions
{
    /// <summary>This member.</summary>
    public required NodeId Self { get; init; }

    /// <summary>The cluster it belongs to; members of another one are refused.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>This member's name, for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where it listens: <c>http://host:port</c>, or <c>https://host:port</c> with <see cref="Tls"/>; port 0
    /// takes a free one.</summary>
    public required IReadOnlyList<Uri> ListenUrls { get; init; }

    /// <summary>Where the others reach it. Default: where it listens.</summary>
    public IReadOnlyList<Uri> AdvertiseUrls { get; init; } = [];

    /// <summary>Needed for https URLs, its own or others'.</summary>
    public PeerTlsOptions? Tls { get; init; }

    /// <summary>Where snapshots from others are put, made if it is missing. Files of earlier transfers that nobody took
    /// over (<c>*.part</c>, <c>*.received</c>) are deleted at the start.</summary>
    public required string SnapshotFolder { get; init; }

    /// <summary>Answers a process that asks for the cluster before it belongs to it; null from it: not known
    /// yet.</summary>
    public Func<ClusterInformation?> Information { get; init; } = static () => null;

    public PeerLimits Limits { get; init; } = new();

    /// <summary>Between pings, which measure the round trip and prove that the other side lives. Default 0.5 s.
    /// </summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A connection on which nothing came for so long is made anew. Default 2 s.</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For name lookup, connecting, TLS and hellos together. Default 5 s.</summary>
    public TimeSpan DialTimeout { get; init; } = ClusterInformation.DefaultTimeout;

    /// <summary>Before the first new attempt to connect; doubled with each, halved to once and a half by chance.
    /// Default 0.1 s.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The most it is doubled to. Default 2 s.</summary>
    public TimeSpan LastBackoff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an answer to a request is waited for, unless the caller gives up before. Default 5 s.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A snapshot transfer that does not move for so long is given up, on both sides. Default 30 s.</summary>
    public TimeSpan SnapshotStallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Opens the file a snapshot is received into.</summary>
    internal Func<string, Stream> CreateFile { get; init; } = static path =>
        new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);

    /// <summary>Every complaint about the settings; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (Self.IsNone)
            errors.Add($"{nameof(Self)} must not be 0");
        if (ListenUrls.Count == 0)
            errors.Add($"{nameof(ListenUrls)} must name at least one URL");
        if (AdvertiseUrls.Count > Hello.MaxUrls || ListenUrls.Count > Hello.MaxUrls)
            errors.Add($"a member has at most {Hello.MaxUrls} peer URLs");
        errors.AddRange(ListenUrls.Concat(AdvertiseUrls).Select(PeerUrls.Complaint).OfType<string>());
        if (Tls is null)
        {
            errors.AddRange(ListenUrls.Where(PeerUrls.IsTls)
                .Select(url => $"{url} needs a certificate, its key and a trusted authority ({nameof(Tls)})"));
        }

        if (Name.Length > Hello.MaxText)
            errors.Add($"{nameof(Name)} must be shorter than {Hello.MaxText}");
        if (PingInterval <= TimeSpan.Zero || DeadAfter < 2 * PingInterval)
            errors.Add($"{nameof(DeadAfter)} ({DeadAfter}) must be at least twice {nameof(PingInterval)}"
                + $" ({PingInterval})");
        if (FirstBackoff <= TimeSpan.Zero || LastBackoff < FirstBackoff)
            errors.Add($"{nameof(LastBackoff)} ({LastBackoff}) must be at least {nameof(FirstBackoff)}"
                + $" ({FirstBackoff}), and that more than 0");
        if (Limits.FrameBytes < 2 * PeerLimits.ChunkBytes)
            errors.Add($"{nameof(PeerLimits.FrameBytes)} must be at least {2 * PeerLimits.ChunkBytes}");
        return errors;
    }
}
