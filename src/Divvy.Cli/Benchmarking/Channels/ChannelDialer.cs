using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Divvy.Cli.Benchmarking.Http2;

namespace Divvy.Cli.Benchmarking.Channels;

/// <summary>Makes channels, all read by one thread where that is possible. Dispose it after its channels.</summary>
internal sealed class ChannelDialer(ChannelOptions options) : IDisposable
{
    private readonly EpollLoop? loop = EpollLoop.IsSupported ? new EpollLoop() : null;

    public ChannelOptions Options { get; } = options;

    /// <summary>Connects and waits until the server has said what it allows.
    /// <exception cref="IOException">It could not, and why, with the endpoint.</exception></summary>
    public async Task<CallChannel> DialAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Options.DialTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // Not ConnectAsync: after it the runtime watches the socket as well, and each answer wakes two threads.
            var connecting = Task.Run(() => socket.Connect(endpoint.Host, endpoint.Port), CancellationToken.None);
            await connecting.WaitAsync(limit.Token);
            var channel = await OpenAsync(socket, endpoint, limit.Token);
            try
            {
                await channel.Ready.WaitAsync(limit.Token);
                return channel;
            }
            catch
            {
                await channel.DisposeAsync();
                throw;
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw Named(endpoint, failure);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => loop?.Dispose();

    private IOException Named(Uri endpoint, Exception failure) => failure switch
    {
        OperationCanceledException => new IOException(
            $"{endpoint.Authority}: no answer within {Options.DialTimeout.TotalSeconds:0.#} s", failure),
        SocketException refused => new IOException(
            $"{endpoint.Authority}: {new SocketException((int)refused.SocketErrorCode).Message}", failure),
        IOException known when known.Message.Contains(endpoint.Authority, StringComparison.Ordinal) => known,
        _ => new IOException($"{endpoint.Authority}: {failure.Message}", failure),
    };

    private async Task<CallChannel> OpenAsync(Socket socket, Uri endpoint, CancellationToken cancellationToken)
    {
        var connection = new ClientConnection(endpoint.Scheme, endpoint.Authority, Options.Metadata);
        if (endpoint.Scheme == Uri.UriSchemeHttps)
        {
            return new StreamChannel(
                await SecureAsync(socket, endpoint, cancellationToken), connection, endpoint.Authority);
        }

        return loop is null
            ? new StreamChannel(new NetworkStream(socket, ownsSocket: true), connection, endpoint.Authority)
            : new EpollChannel(socket, loop, connection, endpoint.Authority);
    }

    private async Task<SslStream> SecureAsync(Socket socket, Uri endpoint, CancellationToken cancellationToken)
    {
        var secure = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var settings = new SslClientAuthenticationOptions
        {
            TargetHost = endpoint.Host,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
        };
        if (Options.Certificate is { } certificate)
            settings.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        if (Options.Authorities is { } authorities)
        {
            settings.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            settings.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        try
        {
            await secure.AuthenticateAsClientAsync(settings, cancellationToken);
            if (secure.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
                throw new AuthenticationException("the server does not speak HTTP/2 over TLS");
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }
}
