using Divvy.Store.Peers;

namespace Divvy.Store;

/// <summary>How a member of a cluster reaches the others.</summary>
public sealed record PeerOptions
{
    /// <summary>Where it listens to the other members: <c>http://host:port</c>, or <c>https://host:port</c> with
    /// <see cref="Tls"/>.</summary>
    public required IReadOnlyList<Uri> ListenUrls { get; init; }

    /// <summary>Certificates of this member and of the authority that all members' come from; null: in clear.</summary>
    public PeerTlsOptions? Tls { get; init; }
}
