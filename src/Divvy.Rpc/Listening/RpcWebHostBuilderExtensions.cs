using System.Net;
using System.Security.Cryptography.X509Certificates;
using Divvy.Rpc.Server;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Divvy.Rpc.Listening;

/// <summary>Ports that serve gRPC and HTTP/1.1 together.</summary>
public static class RpcWebHostBuilderExtensions
{
    /// <summary>Serves HTTP/2 and HTTP/1.1 on one port: with a certificate by ALPN, in cleartext by the first bytes of
    /// each connection. Port 0 picks a free port; the server's addresses name it once the server has started. A port in
    /// use fails the start with an <see cref="IOException"/> that names the address. May be called for several
    /// ports.</summary>
    public static IWebHostBuilder ListenDual(
        this IWebHostBuilder builder, IPEndPoint endPoint, RpcListenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        options ??= new();
        if (options.ClientAuthorities is not null && options.ServerCertificate is null)
            throw new ArgumentException("client certificates need a server certificate", nameof(options));
        builder.ConfigureServices(static services =>
        {
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IConnectionListenerFactory, DualListenerFactory>());
            RpcServer.Decorate(services);
        });
        return builder.ConfigureKestrel(kestrel =>
        {
            ApplyLimits(kestrel, options);
            if (options.ServerCertificate is null)
                ListenCleartext(kestrel, endPoint);
            else
                ListenTls(kestrel, endPoint, options);
        });
    }

    private static void ApplyLimits(KestrelServerOptions kestrel, RpcListenOptions options)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.Http2.MaxStreamsPerConnection = options.MaxStreamsPerConnection;
        limits.Http2.KeepAlivePingDelay = options.KeepAlivePingDelay;
        limits.Http2.KeepAlivePingTimeout = options.KeepAlivePingTimeout;
        // A watcher may take its time: flow control bounds what it costs, and pings find out when it is dead.
        limits.MinResponseDataRate = null;
    }

    private static void ListenCleartext(KestrelServerOptions kestrel, IPEndPoint endPoint)
    {
        var socket = new DualSocket(endPoint);
        kestrel.Listen(
            new DualEndPoint(socket, HttpProtocols.Http1), listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.Listen(
            new DualEndPoint(socket, HttpProtocols.Http2), listen => listen.Protocols = HttpProtocols.Http2);
    }

    private static void ListenTls(KestrelServerOptions kestrel, IPEndPoint endPoint, RpcListenOptions options) =>
        kestrel.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = options.ServerCertificate;
                if (options.ClientAuthorities is not { } authorities)
                    return;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => IsTrusted(certificate, authorities);
            });
        });

    private static bool IsTrusted(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.2")); // TLS client authentication
        return chain.Build(certificate);
    }
}
