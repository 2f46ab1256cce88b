namespace Divvy.Store.Peers;

/// <summary>How members prove who they are to each other: every connection shows a certificate in both directions, and
/// both are checked against one authority. The files are PEM.</summary>
public sealed record PeerTlsOptions
{
    /// <summary>This member's certificate, good for a server and for a client, with the names of its peer URLs.
    /// </summary>
    public required string CertificatePath { get; init; }

    /// <summary>The private key of the certificate.</summary>
    public required string KeyPath { get; init; }

    /// <summary>The certificates of the authorities that issue members' certificates; no other is trusted.</summary>
    public required string TrustedAuthorityPath { get; init; }
}
