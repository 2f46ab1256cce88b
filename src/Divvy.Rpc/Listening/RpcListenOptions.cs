using System.Security.Cryptography.X509Certificates;

namespace Divvy.Rpc.Listening;

/// <summary>How a port is served. Read once, when the server is built.</summary>
public sealed class RpcListenOptions
{
    /// <summary>The server's certificate with its private key; null: cleartext.</summary>
    public X509Certificate2? ServerCertificate { get; set; }

    /// <summary>The authorities of client certificates. Null: clients are not asked for one; else each connection must
    /// show a certificate from one of them. Needs <see cref="ServerCertificate"/>.</summary>
    public X509Certificate2Collection? ClientAuthorities { get; set; }

    /// <summary>Calls and requests at the same time on one HTTP/2 connection. Default 10,000: etcd sets no limit, and
    /// its clients put every watch and every call on one connection.</summary>
    public int MaxStreamsPerConnection { get; set; } = 10_000;

    /// <summary>How long an HTTP/2 connection may be silent before the server pings it; infinite: no pings. Default 2
    /// hours, as etcd's <c>grpc-keepalive-interval</c>.</summary>
    public TimeSpan KeepAlivePingDelay { get; set; } = TimeSpan.FromHours(2);

    /// <summary>How long an answer to a ping may take before the connection is closed. Default 20 s, as etcd's
    /// <c>grpc-keepalive-timeout</c>.</summary>
    public TimeSpan KeepAlivePingTimeout { get; set; } = TimeSpan.FromSeconds(20);
}
