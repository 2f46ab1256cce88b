using System.Security.Cryptography.X509Certificates;

namespace Divvy.Rpc;

/// <summary>One call as its handler sees it. Valid until the handler ends.</summary>
public abstract class RpcServerContext
{
    /// <summary>Full method path, for example <c>/etcdserverpb.KV/Put</c>.</summary>
    public abstract string Method { get; }

    /// <summary>Metadata sent by the client, without the protocol's own headers.</summary>
    public abstract RpcMetadata RequestMetadata { get; }

    /// <summary>The last value under one name of the metadata, or null. Cheaper than
    /// <see cref="RequestMetadata"/> for a handler that looks at little of it.</summary>
    public virtual string? FindMetadata(string name) => RequestMetadata.Get(name);

    /// <summary>The client's address, for messages to people.</summary>
    public abstract string Peer { get; }

    /// <summary>The client's certificate when the connection is mutual TLS.</summary>
    public abstract X509Certificate2? ClientCertificate { get; }

    /// <summary>Time left of the client's deadline; null: none.</summary>
    public abstract TimeSpan? TimeLeft { get; }

    /// <summary>Cancelled when the client went away, the deadline passed or the server stops. A transport may start to
    /// watch for these when the token is asked for: a handler that ends at once need not ask.</summary>
    public abstract CancellationToken CancellationToken { get; }

    /// <summary>Metadata to send with the final status.</summary>
    public RpcMetadata ResponseTrailers { get; set; } = RpcMetadata.Empty;

    /// <summary>Sends initial metadata now instead of with the first response.</summary>
    public abstract ValueTask WriteHeadersAsync(RpcMetadata headers);
}
