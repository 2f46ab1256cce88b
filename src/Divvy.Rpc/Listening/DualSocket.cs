using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Divvy.Rpc.Listening;

/// <summary>
/// One listening socket behind two Kestrel endpoints. Without TLS there is no ALPN to say which protocol a connection
/// speaks, and Kestrel then takes an endpoint for HTTP/1.1 alone. But HTTP/2 with prior knowledge begins with a fixed
/// preface (RFC 9113, section 3.4) whose first three bytes, <c>PRI</c>, begin no HTTP/1.1 request. So a pump accepts
/// connections, peeks at their first bytes without consuming them, and hands each to the endpoint that speaks its
/// protocol.
///
/// A connection that says nothing is closed after <see cref="FirstBytesTimeout"/>; no more than
/// <see cref="MaxUndecided"/> may be undecided at once, and beyond that the pump waits and the kernel's backlog fills.
/// Both endpoints bind, unbind and dispose; the first of each does the work.
/// </summary>
internal sealed class DualSocket(IPEndPoint endPoint)
{
    private const int MaxUndecided = 1024;

    /// <summary>As long as Kestrel waits for the headers of a request.</summary>
    private static readonly TimeSpan FirstBytesTimeout = TimeSpan.FromSeconds(30);

    private readonly Channel<ConnectionContext> http1 = CreateQueue();
    private readonly Channel<ConnectionContext> http2 = CreateQueue();
    private readonly SemaphoreSlim undecided = new(MaxUndecided);
    private readonly CancellationTokenSource closing = new();
    private IConnectionListener? listener;
    private Task pump = Task.CompletedTask;
    private int disposed;

    public IPEndPoint EndPoint { get; } = endPoint;

    public EndPoint BoundEndPoint => listener!.EndPoint;

    /// <summary>Kestrel binds its endpoints one after the other, so the second finds the socket bound.</summary>
    public async ValueTask BindAsync(SocketTransportFactory sockets, CancellationToken cancellationToken)
    {
        if (listener is not null)
            return;
        listener = await sockets.BindAsync(EndPoint, cancellationToken).ConfigureAwait(false);
        pump = PumpAsync(listener);
    }

    /// <summary>The next connection of one protocol; null once the socket is closed.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(HttpProtocols protocol, CancellationToken cancellationToken)
    {
        var queue = (protocol == HttpProtocols.Http2 ? http2 : http1).Reader;
        while (await queue.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (queue.TryRead(out var connection))
                return connection;
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken)
    {
        await closing.CancelAsync().ConfigureAwait(false);
        await listener!.UnbindAsync(cancellationToken).ConfigureAwait(false);
        await pump.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        await closing.CancelAsync().ConfigureAwait(false);
        await listener!.DisposeAsync().ConfigureAwait(false);
        await pump.ConfigureAwait(false);
    }

    private static Channel<ConnectionContext> CreateQueue() =>
        Channel.CreateBounded<ConnectionContext>(new BoundedChannelOptions(MaxUndecided) { SingleReader = true });

    private async Task PumpAsync(IConnectionListener source)
    {
        try
        {
            while (await source.AcceptAsync(closing.Token).ConfigureAwait(false) is { } connection)
            {
                await undecided.WaitAsync(closing.Token).ConfigureAwait(false);
                _ = RouteAsync(connection);
            }
        }
        catch (OperationCanceledException)
        {
            // Unbound: no more connections.
        }
        finally
        {
            // Those still undecided saw the same token; when all permits are back, nobody writes any more.
            for (var i = 0; i < MaxUndecided; i++)
                await undecided.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            http1.Writer.Complete();
            http2.Writer.Complete();
        }
    }

    /// <summary>Owns the connection until an endpoint has it. Never throws.</summary>
    private async Task RouteAsync(ConnectionContext connection)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
        giveUp.CancelAfter(FirstBytesTimeout);
        try
        {
            var input = connection.Transport.Input;
            var isHttp2 = await ConnectionPreface.PeekAsync(input, giveUp.Token).ConfigureAwait(false);
            var queue = isHttp2 ? http2 : http1;
            await queue.Writer.WriteAsync(connection, giveUp.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            connection.Abort(
                new ConnectionAbortedException("the connection ended before its first request", exception));
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            undecided.Release();
        }
    }
}
