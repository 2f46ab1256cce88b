using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Divvy.Store.Replication;

namespace Divvy.Store.Peers;

/// <summary>Takes connections at one URL: TLS if the URL says so, the hello, the admission, then the frames.</summary>
internal sealed class PeerListener : IAsyncDisposable
{
    private const int Backlog = 128;

    private readonly PeerRegistry registry;
    private readonly PeerLinkContext context;
    private readonly PeerTls? tls;
    private readonly Socket socket;
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationToken stopped;
    private readonly Lock gate = new();
    private readonly HashSet<Task> serving = [];
    private readonly Task accepting;

    private PeerListener(Socket socket, Uri url, PeerRegistry registry, PeerLinkContext context, PeerTls? tls)
    {
        (this.socket, this.registry, this.context, this.tls) = (socket, registry, context, tls);
        stopped = stopping.Token;
        Url = url;
        accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens, with the port it got.</summary>
    public Uri Url { get; }

    /// <exception cref="IOException">The address is taken or not this machine's; says so with the URL.</exception>
    public static PeerListener Open(Uri url, PeerRegistry registry, PeerLinkContext context, PeerTls? tls)
    {
        Socket? socket = null;
        try
        {
            var address = IPAddress.TryParse(url.IdnHost, out var parsed)
                ? parsed
                : Dns.GetHostAddresses(url.IdnHost).OrderBy(address => address.AddressFamily).First();
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, url.Port));
            socket.Listen(Backlog);
            var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            return new PeerListener(socket, new UriBuilder(url) { Port = port }.Uri, registry, context, tls);
        }
        catch (SocketException failure)
        {
            socket?.Dispose();
            var hint = failure.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? "another process uses the port; stop it or choose another peer URL"
                : failure.Message;
            throw new IOException($"cannot listen for peers at {url}: {hint}", failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        socket.Dispose();
        await accepting.ConfigureAwait(false);
        Task[] all;
        lock (gate)
            all = [.. serving];
        await Task.WhenAll(all).ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                var accepted = await socket.AcceptAsync(stopped).ConfigureAwait(false);
                Serve(accepted);
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException failure)
            {
                // The other side went away in between, or descriptors ran out: neither is for ever.
                context.Logger.AcceptFailed(Url, failure.Message);
                await Task.Delay(context.Options.FirstBackoff, context.Time, stopped)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Serve(Socket accepted)
    {
        lock (gate)
        {
            if (serving.Count >= context.Options.Limits.InboundConnections)
            {
                registry.LogRefusal(Url.ToString(), "too many connections");
                accepted.Dispose();
                return;
            }

            var task = Task.Run(() => ServeAsync(accepted));
            serving.Add(task);
            task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private void Forget(Task task)
    {
        lock (gate)
            serving.Remove(task);
    }

    private async Task ServeAsync(Socket accepted)
    {
        var remote = "an unknown address";
        try
        {
            remote = $"{accepted.RemoteEndPoint}";
            using var peer = new PeerSocket(accepted);
            await ServeAsync(peer).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is InvalidDataException or OperationCanceledException
            || FrameConnection.IsOfConnection(failure))
        {
            if (!stopped.IsCancellationRequested)
                registry.LogRefusal(remote, RefusalOf(failure));
        }
        catch (Exception failure)
        {
            context.Logger.Defect(failure, remote);
        }
        finally
        {
            accepted.Dispose();
        }
    }

    private static string RefusalOf(Exception failure) => failure switch
    {
        OperationCanceledException => "it said nothing for too long",
        InvalidDataException => $"it sent something else than a hello: {failure.Message}",
        AuthenticationException => failure.Message,
        _ => FrameConnection.Describe(failure),
    };

    private async Task ServeAsync(PeerSocket socket)
    {
        using var limit = new CancellationTokenSource(context.Options.DialTimeout, context.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopped);
        if (PeerUrls.IsTls(Url))
            socket.Stream = await tls!.SecureServerAsync(socket.Stream, both.Token).ConfigureAwait(false);
        using var reader = new FrameReader(socket.Stream) { MaxPayload = Hello.MaxBytes };
        var hello = await Handshake.ReceiveAsync(reader, FrameKind.Hello, Hello.Decode, both.Token)
            .ConfigureAwait(false);
        var answer = registry.Judge(hello, socket.Remote);
        await Handshake.SendAsync(socket.Stream, FrameKind.HelloAnswer, answer.Encode(), both.Token)
            .ConfigureAwait(false);
        if (answer.Status != HelloStatus.Accepted || hello.AsksForInformation)
            return;
        reader.MaxPayload = context.Options.Limits.FrameBytes;
        using var frames = new FrameConnection(
            socket, reader, context.Options, context.Time, context.CountersOf(hello.From));
        await RunAsync(frames, hello.Sender).ConfigureAwait(false);
    }

    private async Task RunAsync(FrameConnection frames, PeerAddress sender)
    {
        var connection = new InboundConnection(frames, sender, context);
        registry.Enter(connection);
        context.Logger.Accepted(sender.Label, frames.Remote);
        try
        {
            var reason = await connection.RunAsync(stopped).ConfigureAwait(false);
            if (!stopped.IsCancellationRequested)
                context.Logger.Ended(sender.Label, frames.Remote, reason);
        }
        finally
        {
            registry.Leave(connection);
        }
    }
}
