using System.Security.Cryptography.X509Certificates;

namespace Divvy.Rpc.Client;

/// <summary>How a channel over HTTP/2 connects. Read once, when the channel is made.</summary>
public sealed class HttpChannelOptions
{
    /// <summary>The authorities a server's certificate must come from; null: those of the machine. Revocation is not
    /// checked against own authorities.</summary>
    public X509Certificate2Collection? TrustedAuthorities { get; set; }

    /// <summary>The certificate, with its private key, that the channel shows to servers that ask for one.</summary>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <summary>The name the server's certificate must carry, also sent as <c>:authority</c>; null: the host of the
    /// address.</summary>
    public string? ServerName { get; set; }

    /// <summary>Largest response in bytes; a larger one ends its call with
    /// <see cref="RpcStatusCode.ResourceExhausted"/>. Default 4 MiB, as in every gRPC implementation.</summary>
    public int MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>How long one attempt to connect may take. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection with calls may be silent before it is pinged; infinite: no pings. Default 10 s:
    /// etcd allows a ping every 5 s. Other servers in Go close connections that are pinged more often than every five
    /// minutes, unless they are told otherwise.</summary>
    public TimeSpan KeepAlivePingDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an answer to a ping may take before the connection counts as dead. Default 10 s.</summary>
    public TimeSpan KeepAlivePingTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of deadlines; the system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
