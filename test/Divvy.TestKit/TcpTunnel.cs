using System.Net;
using System.Net.Sockets;

namespace Divvy.TestKit;

/// <summary>A loopback port that leads to another one, and can be frozen (connections stay open, nothing passes) or
/// broken (connections are reset, new ones refused). One user at a time.</summary>
public sealed class TcpTunnel : IAsyncDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly int target;
    private readonly Lock gate = new();
    private readonly List<Socket> sockets = [];
    private readonly List<Task> pumps = [];
    private Socket? listener;
    private TaskCompletionSource flowing = Open();

    public TcpTunnel(int targetPort)
    {
        target = targetPort;
        Port = FreePort.Probe();
        Restore();
    }

    public int Port { get; }

    /// <summary>Sees, and may change, every piece that passes to the target. Set it before anything passes.</summary>
    public Action<Memory<byte>>? Tamper { get; set; }

    public string Endpoint => $"http://127.0.0.1:{Port}";

    /// <summary>Connections stay open and nothing passes, in either direction.</summary>
    public void Freeze()
    {
        lock (gate)
            flowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Ends a freeze: what was held passes on.</summary>
    public void Thaw() => Flow().SetResult();

    /// <summary>Resets all connections and refuses new ones.</summary>
    public void Break()
    {
        lock (gate)
        {
            listener?.Dispose();
            listener = null;
            foreach (var socket in sockets)
                socket.Close(0);
            sockets.Clear();
        }
    }

    /// <summary>Takes connections again after a break.</summary>
    public void Restore()
    {
        lock (gate)
        {
            if (listener is not null)
                return;
            listener = NewSocket();
            listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
            listener.Listen();
            pumps.Add(AcceptAsync(listener));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Break();
        Flow().TrySetResult();
        List<Task> all;
        lock (gate)
            all = [.. pumps];
        await Task.WhenAll(all).ConfigureAwait(false);
    }

    private async Task AcceptAsync(Socket listening)
    {
        try
        {
            while (true)
            {
                var inner = await listening.AcceptAsync().ConfigureAwait(false);
                var outer = NewSocket();
                Keep(inner, outer);
                await outer.ConnectAsync(IPAddress.Loopback, target).ConfigureAwait(false);
                lock (gate)
                    pumps.AddRange([PumpAsync(inner, outer, toTarget: true), PumpAsync(outer, inner, toTarget: false)]);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // Broken, or the target refused: then the tunnel refuses too.
            listening.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool toTarget)
    {
        var buffer = new byte[BufferSize];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer).ConfigureAwait(false)) > 0)
            {
                await Flow().Task.ConfigureAwait(false);
                if (toTarget)
                    Tamper?.Invoke(buffer.AsMemory(0, read));
                await to.SendAsync(buffer.AsMemory(0, read)).ConfigureAwait(false);
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            from.Close(0);
            to.Close(0);
        }
    }

    private void Keep(params Socket[] pair)
    {
        lock (gate)
            sockets.AddRange(pair);
    }

    private TaskCompletionSource Flow()
    {
        lock (gate)
            return flowing;
    }

    private static Socket NewSocket() =>
        new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }
}
