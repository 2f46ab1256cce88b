using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Divvy.Torture.Links;

/// <summary>Stands before one port of one member. Each direction of each connection passes only while its link is open. It
/// never looks into what passes.</summary>
public sealed class LinkProxy : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly TcpListener listener;
    private readonly int targetPort;
    private readonly string target;
    private readonly LinkTable links;
    private readonly Func<int, string> whoConnects;
    private readonly CancellationTokenSource ended = new();
    private readonly ConcurrentDictionary<Task, byte> connections = new();
    private readonly Task accepting;

    /// <param name="port">Where it listens, on loopback.</param>
    /// <param name="targetPort">Where the member does.</param>
    /// <param name="target">The member's name.</param>
    /// <param name="links">What may pass.</param>
    /// <param name="whoConnects">The name of whoever connects from a source port.</param>
    public LinkProxy(int port, int targetPort, string target, LinkTable links, Func<int, string> whoConnects)
    {
        this.targetPort = targetPort;
        this.target = target;
        this.links = links;
        this.whoConnects = whoConnects;
        listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(connections.Keys);
        ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!ended.IsCancellationRequested)
        {
            Socket accepted;
            try
            {
                accepted = await listener.AcceptSocketAsync(ended.Token);
            }
            catch (Exception stopped) when (stopped is OperationCanceledException or SocketException)
            {
                return;
            }

            var connection = Task.Run(() => ServeAsync(accepted));
            connections.TryAdd(connection, 0);
            _ = connection.ContinueWith(done => connections.TryRemove(done, out _), TaskScheduler.Default);
        }
    }

    /// <summary>Ends both ends as soon as one direction has ended, however it did.</summary>
    private async Task ServeAsync(Socket near)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
        using (near)
        using (var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true })
        {
            near.NoDelay = true;
            try
            {
                var source = whoConnects(((IPEndPoint)near.RemoteEndPoint!).Port);
                await links.PassAsync(source, target, over.Token);
                await links.PassAsync(target, source, over.Token);
                await far.ConnectAsync(IPAddress.Loopback, targetPort, over.Token);
                var there = PumpAsync(near, far, source, target, over.Token);
                var back = PumpAsync(far, near, target, source, over.Token);
                await await Task.WhenAny(there, back);
                await over.CancelAsync();
                await Task.WhenAll(there, back);
            }
            catch (Exception broken) when (broken is IOException or SocketException or OperationCanceledException)
            {
                // A broken connection is what the ends see when these sockets close, with what was unread reset.
                near.LingerState = new LingerOption(enable: true, seconds: 0);
                await over.CancelAsync();
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, string source, string destination, CancellationToken over)
    {
        var buffer = new byte[BufferBytes];
        while (true)
        {
            var read = await from.ReceiveAsync(buffer, over);
            if (read == 0)
                return;
            await links.PassAsync(source, destination, over);
            for (var sent = 0; sent < read;)
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), over);
        }
    }
}
