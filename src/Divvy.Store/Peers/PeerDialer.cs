using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Divvy.Store.Replication;

namespace Divvy.Store.Peers;

/// <summary>Opens connections: name lookup, TCP, TLS, hello and its answer, within one timeout. Thread-safe.</summary>
internal sealed class PeerDialer(PeerTls? tls, TimeProvider time, TimeSpan timeout)
{
    /// <summary>Opens a connection; whether the answer accepts it is the caller's to check.
    /// <exception cref="PeerUnavailableException">There is no connection or no answer; says why, with the URL.
    /// </exception></summary>
    public async Task<DialedPeer> DialAsync(Uri url, Hello hello, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await OpenAsync(url, hello, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new PeerUnavailableException($"the peer at {url} did not answer within {timeout.TotalSeconds:0.#} s");
        }
        catch (SocketException failure)
        {
            var what = failure.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain
                ? $"the host {url.Host} of the peer URL {url} cannot be resolved"
                : $"cannot connect to the peer at {url}";
            throw new PeerUnavailableException($"{what}: {failure.Message}", failure);
        }
        catch (AuthenticationException failure)
        {
            throw new PeerUnavailableException($"the peer at {url} is not trusted: {failure.Message}", failure);
        }
        catch (InvalidDataException failure)
        {
            throw new PeerUnavailableException(
                $"the peer at {url} answered with something else than a hello: {failure.Message}", failure);
        }
        catch (IOException failure)
        {
            var hint = PeerUrls.IsTls(url)
                ? "does it trust this member's certificate?"
                : "is its URL https, or another protocol's?";
            throw new PeerUnavailableException(
                $"the peer at {url} ended the connection: {FrameConnection.Describe(failure)} ({hint})", failure);
        }
    }

    private async Task<DialedPeer> OpenAsync(Uri url, Hello hello, CancellationToken cancellationToken)
    {
        if (PeerUrls.Complaint(url) is { } complaint)
            throw new PeerUnavailableException(complaint);
        if (PeerUrls.IsTls(url) && tls is null)
            throw new PeerUnavailableException($"{url} needs TLS, and this process has no certificate for peers");
        var socket = await ConnectAsync(url, cancellationToken).ConfigureAwait(false);
        FrameReader? reader = null;
        try
        {
            if (PeerUrls.IsTls(url))
            {
                socket.Stream = await tls!.SecureClientAsync(socket.Stream, url.IdnHost, cancellationToken)
                    .ConfigureAwait(false);
            }

            await Handshake.SendAsync(socket.Stream, FrameKind.Hello, hello.Encode(), cancellationToken)
                .ConfigureAwait(false);
            reader = new FrameReader(socket.Stream) { MaxPayload = Hello.MaxBytes };
            var answer = await Handshake.ReceiveAsync(
                reader, FrameKind.HelloAnswer, HelloAnswer.Decode, cancellationToken).ConfigureAwait(false);
            return new DialedPeer(socket, reader, answer);
        }
        catch
        {
            reader?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    private static async Task<PeerSocket> ConnectAsync(Uri url, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(url.IdnHost, url.Port), cancellationToken).ConfigureAwait(false);
            return new PeerSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
